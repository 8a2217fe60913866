// Command fakesupervisor starts a worker and does to it what it reads from stdin, a command a line, so
// that tests in any language can drive a worker. It answers each with one line of JSON:
//
//	await READY|EXITING|REPLACE|PROBE|RECORDS   waits for that message: {"slot", "number"}
//	connect SLOT           hands over a new connection
//	send SLOT "TEXT"       the client sends a text with Go's (JSON's) escapes
//	half-close SLOT        the client ends its side
//	receive SLOT "TEXT"    the client reads until it has seen the text; "" stands for the end: {"text"}
//	wait SLOT STATE        waits until the slot has the state, a number: {"state", "phase", "sequence"}
//	take SLOT              swaps the slot's word to TAKEN and sends LET_GO if it was idle: {"taken"}
//	free SLOT              closes the supervisor's copy and frees a slot that the worker has closed
//	message TYPE SLOT      sends a message without payload, by number
//	answer SLOT STATUS "BODY"   answers a PROBE
//	draining               sets the header's mark
//	records                {"records": [...]}
//
// A command that fails is answered {"error"}. Nothing waits for more than ten seconds.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/protocoltest"
)

const limit = 10 * time.Second

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: fakesupervisor COMMAND [ARGUMENT...]")
		os.Exit(2)
	}
	options := protocoltest.Options{Command: os.Args[1:], Stdout: os.Stderr}
	if timeout, err := strconv.ParseFloat(os.Getenv("FUNC_TIMEOUT"), 64); err == nil {
		options.Timeout = time.Duration(timeout * float64(time.Second))
	}
	options.Calls = 1
	if calls, err := strconv.ParseUint(os.Getenv("FUNC_CALLS_PER_WORKER"), 10, 32); err == nil {
		options.Calls = uint32(calls)
	}
	supervisor, err := protocoltest.Start(options)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	defer supervisor.Close()
	driver := driver{supervisor: supervisor, clients: map[int]client{}}
	output := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		result, err := driver.run(lines.Text())
		if err != nil {
			result = map[string]any{"error": err.Error()}
		}
		_ = output.Encode(result)
	}
}

type client interface {
	Read([]byte) (int, error)
	Write([]byte) (int, error)
	CloseWrite() error
	SetReadDeadline(time.Time) error
}

type driver struct {
	supervisor *protocoltest.Supervisor
	clients    map[int]client
}

var names = []string{"", "READY", "EXITING", "REPLACE", "PROBE", "RECORDS"}

func (d *driver) run(line string) (any, error) {
	command, rest, _ := strings.Cut(line, " ")
	argument, rest, _ := strings.Cut(rest, " ")
	if command == "await" {
		return d.await(argument)
	}
	slot, _ := strconv.Atoi(argument)
	if slot < 0 || slot >= d.supervisor.Table.Len() {
		return nil, fmt.Errorf("there is no slot `%d`", slot)
	}
	done, number := map[string]any{}, 0
	if rest != "" && rest[0] != '"' {
		word, text, _ := strings.Cut(rest, " ")
		number, _ = strconv.Atoi(word)
		rest = text
	}
	text := ""
	if rest != "" {
		if err := json.Unmarshal([]byte(rest), &text); err != nil {
			return nil, fmt.Errorf("the text `%s` is not quoted: %w", rest, err)
		}
	}
	if command == "send" || command == "half-close" || command == "receive" {
		return d.client(command, slot, text)
	}
	switch command {
	case "connect":
		client, err := d.supervisor.Connect(slot, protocol.Texts{})
		d.clients[slot] = client
		return done, err
	case "wait":
		word, err := d.supervisor.Await(slot, protocol.State(number), limit)
		return described(word), err
	case "take":
		return d.take(slot)
	case "free":
		d.supervisor.Free(slot)
		return done, nil
	case "message":
		kind, _ := strconv.Atoi(argument)
		return done, d.supervisor.Send(protocol.Message{Type: protocol.MessageType(kind), Slot: uint32(number)})
	case "answer":
		payload := append(protocol.Number(uint32(number)), text...)
		return done, d.supervisor.Send(protocol.Message{
			Type: protocol.ProbeAnswer, Slot: uint32(slot), Payload: payload})
	case "draining":
		d.supervisor.Table.Draining.Store(1)
		return done, nil
	case "records":
		return map[string]any{"records": d.supervisor.Records()}, nil
	}
	return nil, fmt.Errorf("there is no command `%s`", command)
}

func (d *driver) await(name string) (any, error) {
	for {
		message, err := d.supervisor.Receive(limit)
		if err != nil {
			return nil, err
		}
		if int(message.Type) == slices.Index(names, name) {
			return map[string]any{"slot": message.Slot, "number": message.Number()}, nil
		}
	}
}

func (d *driver) client(command string, slot int, text string) (any, error) {
	client := d.clients[slot]
	if client == nil {
		return nil, fmt.Errorf("slot `%d` was not connected", slot)
	}
	switch command {
	case "send":
		_, err := client.Write([]byte(text))
		return map[string]any{}, err
	case "half-close":
		return map[string]any{}, client.CloseWrite()
	}
	_ = client.SetReadDeadline(time.Now().Add(limit))
	size := 1 // what follows the text is left for the next command
	if text == "" {
		size = 65536
	}
	received, buffer := strings.Builder{}, make([]byte, size)
	for text == "" || !strings.HasSuffix(received.String(), text) {
		count, err := client.Read(buffer)
		if err != nil {
			if os.IsTimeout(err) || text != "" {
				return nil, fmt.Errorf("after `%s`: %w", received.String(), err)
			}
			break
		}
		received.Write(buffer[:count])
	}
	return map[string]any{"text": received.String()}, nil
}

func (d *driver) take(slot int) (any, error) {
	word := d.supervisor.Table.Slot(slot).Word()
	taken := d.supervisor.Table.Slot(slot).Take(word)
	if taken && word.IsUnread() {
		err := d.supervisor.Send(protocol.Message{Type: protocol.LetGo, Slot: uint32(slot)})
		return map[string]any{"taken": taken}, err
	}
	return map[string]any{"taken": taken}, nil
}

func described(word protocol.Word) map[string]any {
	return map[string]any{
		"state": word.State(), "phase": word.Phase(), "sequence": word.Sequence()}
}
