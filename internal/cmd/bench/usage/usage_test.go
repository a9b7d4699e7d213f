package usage

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestProcessesAreSummedUp(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()

	for _, record := range []Record{{CPU: time.Second, Peak: 30}, {CPU: 2 * time.Second, Peak: 20}} {
		open, err := Begin(folder)
		if err != nil {
			t.Fatal(err)
		}

		if err := open.End(record); err != nil {
			t.Fatal(err)
		}
	}

	got, err := Read(folder)
	if err != nil {
		t.Fatal(err)
	}

	if diff := cmp.Diff(Sum{Processes: 2, CPU: 3 * time.Second, Peak: 30}, got); diff != "" {
		t.Errorf("sum (-want +got):\n%s", diff)
	}
}

func TestAProcessThatDidNotEndIsAnError(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()

	if _, err := Begin(folder); err != nil {
		t.Fatal(err)
	}

	if sum, err := Read(folder); !errors.Is(err, ErrUnfinished) {
		t.Errorf("the sum is %v, the error %v", sum, err)
	}
}
