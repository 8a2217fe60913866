package main

import "golang.org/x/sys/unix"

// share makes memory for this process and the workers to which its descriptor is handed.
func share(name string, size int) (memory []byte, descriptor int, err error) {
	descriptor, err = unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, -1, err
	}
	if err = unix.Ftruncate(descriptor, int64(size)); err == nil {
		protection := unix.PROT_READ | unix.PROT_WRITE
		memory, err = unix.Mmap(descriptor, 0, size, protection, unix.MAP_SHARED)
	}
	if err != nil {
		unix.Close(descriptor)
		return nil, -1, err
	}
	return memory, descriptor, nil
}
