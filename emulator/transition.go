package emulator

import "github.com/spservices/services-go/gen"

// transition carries out a rule under the lock of the seller, so that one
// write happens at a time, and not while the whole state is being exchanged.
func (c *call) transition(rule func() (any, *refusal)) (any, *refusal) {
	e := c.emulator
	e.exchanging.RLock()
	defer e.exchanging.RUnlock()
	c.state = e.state.Load()
	if c.seller = c.state.byID[c.sellerID]; c.seller == nil {
		return nil, c.rule(tokenOfNoSeller)
	}
	if c.operation.Class == gen.Read {
		c.seller.mu.RLock()
		defer c.seller.mu.RUnlock()
		return rule()
	}
	c.seller.mu.Lock()
	defer c.seller.mu.Unlock()
	answer, refused := rule()
	if err := e.commit(c.seller); err != nil {
		return nil, c.failure(err)
	}
	return answer, refused
}

// commit writes what was done to a seller into the journal, and takes it back
// where that fails. The caller holds the seller's lock.
func (e *Emulator) commit(s *seller) error {
	done, undo := s.takeChange()
	if done == nil {
		return nil
	}
	err := e.journal.append(&journalRecord{Change: done})
	if err != nil {
		undo()
	}
	return err
}
