package jsonfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// What [Disk.Replace] fails with, unless the file may have been replaced.
var (
	// ErrUnchanged says that the file was not replaced.
	ErrUnchanged = errors.New("the file was not replaced")
	// ErrConflict says that somebody else has changed the file since it was read.
	ErrConflict = fmt.Errorf("another process has changed the file: %w", ErrUnchanged)
)

// Disk is where the file is.
type Disk interface {
	// Read returns the content of the file.
	Read(ctx context.Context) ([]byte, error)
	// Replace puts another content in the place of the one that was read, all or nothing. Unless
	// its error wraps [ErrUnchanged], either may be the case.
	Replace(ctx context.Context, was, content []byte) error
}

// Local is a file on a disk of this machine, by its path.
type Local string

// Read reads the file.
func (l Local) Read(ctx context.Context) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}

	return os.ReadFile(string(l))
}

// Replace writes a second file and gives it the name of the first.
func (l Local) Replace(ctx context.Context, was, content []byte) error {
	now, err := l.Read(ctx)
	if err != nil {
		return errors.Join(ErrUnchanged, err)
	}

	if !bytes.Equal(was, now) {
		return ErrConflict
	}

	file, err := os.CreateTemp(filepath.Dir(string(l)), ".users-*")
	if err != nil {
		return errors.Join(ErrUnchanged, err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // It is gone if all went well.

	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(ErrUnchanged, err)
	}

	if err := os.Rename(file.Name(), string(l)); err != nil {
		return fmt.Errorf("renaming: %w", err)
	}

	return nil
}
