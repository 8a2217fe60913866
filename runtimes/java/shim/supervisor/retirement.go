package main

import "time"

// retire takes a worker out of service, as soon as another one can take its place (TIMEOUT-8).
func (s *supervisor) retire(w *worker) {
	if w != s.active || s.draining {
		return
	}
	if s.spare == nil {
		s.start()
	}
	if s.spare == nil || !s.spare.loaded { // nil: none could be started
		if !w.wantsEnd {
			w.wantsEnd = true
			// TIMEOUT-6 bounds how long the work of a late call may wait for a slow start.
			time.AfterFunc(700*time.Millisecond, func() { s.replace(w) })
		}
		return
	}
	s.promote(w)
}

func (s *supervisor) replace(w *worker) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.active == w && !s.draining {
		s.promote(w)
	}
}

func (s *supervisor) promote(old *worker) {
	s.active, s.spare = s.spare, nil
	old.retiredAt = time.Now()
	s.retired[old] = true
	old.send(toRetire, 0)
	s.moveIdle(old)
	go s.watchRetired(old)
	if s.active == nil || s.active.loaded {
		s.start()
	}
}

// watchRetired ends a retired worker when its other requests have ended, or their time has.
func (s *supervisor) watchRetired(w *worker) {
	for {
		time.Sleep(20 * time.Millisecond)
		s.lock.Lock()
		if w.ended {
			s.lock.Unlock()
			return
		}
		s.moveIdle(w)
		// TIMEOUT-6: at the latest one FUNC_TIMEOUT later.
		late := time.Since(w.retiredAt) > s.settings.timeout
		if late || s.busy(w) == 0 {
			w.kill()
			s.lock.Unlock()
			return
		}
		s.lock.Unlock()
	}
}
