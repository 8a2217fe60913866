package worker

import (
	"errors"
	"math"
	"os"
	"runtime/debug"
	"testing"
)

func TestLimitOfTheContainer(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	unset := func(string) (string, bool) { return "", false }
	for _, one := range []struct {
		files map[string]string
		want  int64
	}{
		{map[string]string{limits[0]: "100000\n"}, 80000},
		{map[string]string{limits[1]: "200000\n"}, 160000},
		{map[string]string{limits[0]: "max\n"}, math.MaxInt64},
		{nil, math.MaxInt64},
	} {
		read := func(file string) ([]byte, error) {
			if content, found := one.files[file]; found {
				return []byte(content), nil
			}
			return nil, os.ErrNotExist
		}
		debug.SetMemoryLimit(before)
		limit := limitMemory(unset, read)
		if found := debug.SetMemoryLimit(-1); limit != one.want || found != one.want {
			t.Errorf("%v: %d, %d", one.files, limit, found)
		}
	}
}

func TestChosenLimitStays(t *testing.T) {
	before := debug.SetMemoryLimit(1 << 40)
	defer debug.SetMemoryLimit(before)
	chosen := func(string) (string, bool) { return "1TiB", true }
	unread := func(string) ([]byte, error) { return nil, errors.New("read for nothing") }
	if limit := limitMemory(chosen, unread); limit != 1<<40 {
		t.Error(limit)
	}
}

func TestNoBallastUnderATightLimit(t *testing.T) {
	defer func(before []byte) { ballast = before }(ballast)
	for limit, want := range map[int64]int{8*headroom - 1: 0, 8 * headroom: headroom} {
		ballast = nil
		if reserve(limit); len(ballast) != want {
			t.Errorf("%d bytes under a limit of %d", len(ballast), limit)
		}
	}
}
