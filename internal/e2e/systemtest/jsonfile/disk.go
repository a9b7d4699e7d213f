package jsonfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Errors of [Disk.Replace]. Any other error means that the file may have been replaced.
var (
	// ErrUnchanged says that the file was not replaced.
	ErrUnchanged = errors.New("the file was not replaced")
	// ErrConflict says that another process has changed the file since it was read.
	ErrConflict = fmt.Errorf("another process has changed the file: %w", ErrUnchanged)
)

// Disk stores the file.
type Disk interface {
	// Read returns the content of the file.
	Read(ctx context.Context) ([]byte, error)
	// Replace replaces the content that was read by new content, atomically. After an error that does
	// not wrap [ErrUnchanged], the file may have either content.
	Replace(ctx context.Context, was, content []byte) error
}

// Local is the path of a file on this machine.
type Local string

// Read reads the file.
func (l Local) Read(ctx context.Context) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}

	return os.ReadFile(string(l))
}

// Replace writes a second file and renames it to the first.
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
	defer func() { _ = os.Remove(file.Name()) }() // After a successful rename, there is nothing to remove.

	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(ErrUnchanged, err)
	}

	if err := os.Rename(file.Name(), string(l)); err != nil {
		return fmt.Errorf("renaming: %w", err)
	}

	return nil
}
