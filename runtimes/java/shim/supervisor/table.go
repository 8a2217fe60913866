package main

import (
	"bytes"
	"encoding/binary"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The table is memory that the supervisor shares with its workers: counters first, then one slot
// for each connection. `Table.java` has the same numbers.
const (
	metricsSize = 4096
	slotSize    = 2048
	slotCount   = 8192
	slotText    = 32
	tableSize   = metricsSize + slotSize*slotCount
)

// What a connection does: the low byte of a slot's state, below the worker's generation.
const (
	stateFree      = iota // no connection
	stateIdle             // waits for its next request; no byte of that has been read
	stateReading          // a request is being read
	stateWaiting          // a request waits for its turn
	stateCalling          // the function executes, nothing has been answered
	stateStreaming        // the function executes, the answer has begun
	stateAnswering        // the function has ended, the answer is being written
	stateTaken            // the supervisor has answered; the worker must not
)

const (
	flagHead = 1 << iota
	flagOrigin
)

type table struct {
	memory     []byte
	descriptor int
}

// newTable makes the shared memory; its descriptor is handed to each worker.
func newTable() (*table, error) {
	memory, descriptor, err := share("table", tableSize)
	if err != nil {
		return nil, err
	}
	return &table{memory, descriptor}, nil
}

func (t *table) state(slot int) *atomic.Uint32 {
	return (*atomic.Uint32)(unsafe.Pointer(&t.memory[metricsSize+slot*slotSize]))
}

// get returns what the connection does and the generation of the worker that has it.
func (t *table) get(slot int) (state, generation uint32) {
	word := t.state(slot).Load()
	return word & 0xff, word >> 8
}

func (t *table) set(slot int, state, generation uint32) {
	t.state(slot).Store(generation<<8 | state)
}

// swap changes state or owner, unless the worker was faster.
func (t *table) swap(slot int, oldState, oldGeneration, newState, newGeneration uint32) bool {
	before, after := oldGeneration<<8|oldState, newGeneration<<8|newState
	return t.state(slot).CompareAndSwap(before, after)
}

// started is the moment when the call began, on the clock that `monotonic` reads.
func (t *table) started(slot int) time.Duration {
	at := metricsSize + slot*slotSize + 8
	return time.Duration(binary.LittleEndian.Uint64(t.memory[at:]))
}

// status is that of a stream, which the worker has begun to send.
func (t *table) status(slot int) int {
	at := metricsSize + slot*slotSize + 28
	return int(binary.LittleEndian.Uint32(t.memory[at:]))
}

// request is what a slot says of the request that is being served.
type request struct {
	flags, method                        int
	received                             time.Duration
	line, referer, agent, trace, address string
}

// request returns a copy; address, line, referer, agent and trace ID lie behind each other, and
// only the last of them are lost where they are too long.
func (t *table) request(slot int) request {
	at := metricsSize + slot*slotSize
	memory := t.memory[at : at+slotSize]
	length := min(int(binary.LittleEndian.Uint32(memory[24:])), slotSize-slotText)
	fields := bytes.SplitN(memory[slotText:slotText+length], []byte{0}, 5)
	texts := [5]string{}
	for index, field := range fields {
		texts[index] = string(field)
	}
	return request{
		flags:    int(binary.LittleEndian.Uint16(memory[4:])),
		method:   int(binary.LittleEndian.Uint16(memory[6:])),
		received: time.Duration(binary.LittleEndian.Uint64(memory[16:])),
		address:  texts[0], line: texts[1], referer: texts[2], agent: texts[3], trace: texts[4],
	}
}

// describe says what `request` returns, before a worker does.
func (t *table) describe(slot int, what request) {
	at := metricsSize + slot*slotSize
	memory := t.memory[at : at+slotSize]
	text := ""
	if what.line != "" {
		text = strings.Join([]string{what.address, what.line, what.referer, what.agent, what.trace}, "\x00")
	}
	binary.LittleEndian.PutUint16(memory[4:], uint16(what.flags))
	binary.LittleEndian.PutUint16(memory[6:], uint16(what.method))
	binary.LittleEndian.PutUint64(memory[16:], uint64(what.received))
	binary.LittleEndian.PutUint32(memory[24:], uint32(copy(memory[slotText:], text)))
}

// monotonic reads the clock of Java's `System.nanoTime`.
func monotonic() time.Duration {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now)
	return time.Duration(now.Nano())
}
