package worker

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"runtimes.invalid/protocol"
)

// Factory starts workers: from a command, or by a template that has loaded the function.
type Factory struct {
	Arguments   []string // program and arguments
	Environment []string
	Slots       int                    // of each worker
	Prepare     func(*protocol.Header) // fills the header of a table in
	Template    *Handle                // forks workers if it is set
	starter     *starter
	null        *os.File
}

// NewFactory makes the factory's thread. The error tells why /dev/null can't be opened.
func NewFactory() (*Factory, error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	return &Factory{starter: newStarter(), null: null}, nil
}

// Start starts a worker. The error tells what could not be made.
func (f *Factory) Start() (*Handle, error) {
	shared, table, err := f.newTable()
	if err != nil {
		return nil, err
	}
	defer unix.Close(shared)
	made := &Handle{Table: table, Slots: make([]SlotUse, f.Slots), startup: &capture{}}
	for number := f.Slots - 1; number >= 0; number-- {
		made.free = append(made.free, number)
	}
	if f.Template != nil {
		err = f.fork(made, shared)
	} else {
		err = f.execute(made, uintptr(shared))
	}
	if err != nil {
		table.Unmap()
		return nil, err
	}
	return made, nil
}

// StartTemplate starts a template, which forks once it is ready and set as Template.
func (f *Factory) StartTemplate() (*Handle, error) {
	made := &Handle{}
	if err := f.execute(made, ^uintptr(0)); err != nil {
		return nil, err
	}
	return made, nil
}

func (f *Factory) newTable() (int, *protocol.Table, error) {
	shared, err := unix.MemfdCreate("table", unix.MFD_CLOEXEC)
	if err != nil {
		return -1, nil, os.NewSyscallError("memfd_create", err)
	}
	err = os.NewSyscallError("ftruncate", unix.Ftruncate(shared, int64(protocol.Size(f.Slots))))
	table := (*protocol.Table)(nil)
	if err == nil {
		table, err = protocol.Map(shared)
	}
	if err != nil {
		_ = unix.Close(shared)
		return -1, nil, err
	}
	table.Version, table.Header.Slots = protocol.Version, uint32(f.Slots)
	f.Prepare(table.Header)
	return shared, table, nil
}

// execute starts the command with a control socket, and a table unless that is ^0.
func (f *Factory) execute(made *Handle, table uintptr) error {
	theirs, err := made.connect()
	if err != nil {
		return err
	}
	defer unix.Close(theirs)
	startup, input, err := newCapture()
	if err != nil {
		_ = unix.Close(made.Control)
		return err
	}
	defer input.Close()
	made.startup = startup
	files := []uintptr{f.null.Fd(), 1, input.Fd(), uintptr(theirs), table, 2}
	if made.ID, err = f.starter.start(f.Arguments, f.Environment, files); err != nil {
		_ = unix.Close(made.Control)
		return fmt.Errorf("`%s` can't be executed: %w", f.Arguments[0], err)
	}
	return nil
}

// fork has the template fork a worker.
func (f *Factory) fork(made *Handle, table int) error {
	theirs, err := made.connect()
	if err != nil {
		return err
	}
	defer unix.Close(theirs)
	if !f.Template.Send(protocol.Fork, 0, nil, theirs, table) {
		_ = unix.Close(made.Control)
		return fmt.Errorf("the template does not take the order to fork")
	}
	return nil
}

// connect makes the control socket, and returns the worker's end.
func (h *Handle) connect() (int, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, os.NewSyscallError("socketpair", err)
	}
	h.Control = pair[0]
	return pair[1], nil
}
