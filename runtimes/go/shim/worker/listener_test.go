package worker

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"testing"

	"kubeless.invalid/shim/table"
)

func TestTakenConnectionIsLetGo(t *testing.T) { // CONCURRENCY-7
	b := serve(t, echo, nil)
	client, slot := b.connect()
	number := b.next - 1
	fmt.Fprint(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	read(t, bufio.NewReader(client))
	b.waitFor(slot, table.Idle)
	slot.State.Store(table.Taken)
	_, _ = b.control.Write(binary.NativeEndian.AppendUint32(nil, table.LetGo|number))
	b.waitFor(slot, table.Gone)
}
