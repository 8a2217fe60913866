package serve

import (
	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/head"
	"runtimes.invalid/supervisor/connection"
	"runtimes.invalid/supervisor/worker"
)

// probe is the answer to a probe.
func (s *Server) probe(which protocol.Probe) connection.Answer {
	answer := connection.Answer{Status: 200, ContentType: "text/plain; charset=utf-8"}
	switch which {
	case protocol.ProbeMetrics:
		answer.ContentType, answer.Body = "text/plain; version=0.0.4; charset=utf-8", s.metrics()
	case protocol.ProbeHealth: // LIFECYCLE-10
		answer.Body = []byte("ok\n")
	default: // LIFECYCLE-11
		switch {
		case s.drain.begun:
			answer.Status, answer.Body = 503, []byte("draining\n")
		case !s.pool.IsLoaded():
			answer.Status, answer.Body = 503, []byte("loading\n")
		default:
			answer.Body = []byte("ready\n")
		}
	}
	return answer
}

// metrics is the page of /metrics. A client that has its answer finds it counted, so the rings are read
// first.
func (s *Server) metrics() []byte {
	running := 0
	for _, w := range s.pool.Workers {
		s.collect(w)
		for _, number := range w.Used {
			if word := w.Table.Slot(number).Word(); word.IsRequest() && word.Phase() == protocol.Calling {
				running++
			}
		}
	}
	return s.calls.Append(nil, running)
}

// answerProbe answers the probe in s.head; false if the connection ends.
func (s *Server) answerProbe(c *connection.Connection) bool {
	answer := s.probe(protocol.Probe(s.head.Probe - head.Health))
	answer.HeadOnly = s.head.Method == "HEAD"
	answer.CrossOrigin = s.head.CrossOrigin
	answer.Close = s.head.Close
	c.Until = 0
	return c.Write(answer.Bytes()) && !answer.Close
}

// answerWorkersProbe answers a probe that has come on a connection in a worker's hands.
func (s *Server) answerWorkersProbe(w *worker.Handle, slot int, which protocol.Probe) {
	answer := s.probe(which)
	w.Send(protocol.ProbeAnswer, slot, append(protocol.Number(uint32(answer.Status)), answer.Body...))
}
