package facade_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// h2Server speaks HTTP/2 frame by frame, without TLS, so that it can break off
// where a proper server cannot. It counts the requests that it has received.
type h2Server struct {
	address  string
	requests atomic.Int32
}

// h2Request is a request that has been received to its end.
type h2Request struct {
	framer *http2.Framer
	conn   net.Conn
	stream uint32
	number int // from 1, of the server's requests
	method string
	path   string
}

// listenH2 hands each request to serve, one at a time per connection. A
// connection ends when serve returns false.
func listenH2(t *testing.T, serve func(h2Request) bool) *h2Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &h2Server{address: "http://" + listener.Addr().String()}
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() {
				defer conn.Close()
				defer context.AfterFunc(ctx, func() { conn.Close() })()
				s.serve(conn, serve)
			})
		}
	})
	t.Cleanup(func() { cancel(); listener.Close(); group.Wait() })
	return s
}

func (s *h2Server) serve(conn net.Conn, serve func(h2Request) bool) {
	if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	framer := http2.NewFramer(conn, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if framer.WriteSettings() != nil {
		return
	}
	open := map[uint32]h2Request{}
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		ended := false
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() && framer.WriteSettingsAck() != nil {
				return
			}
		case *http2.MetaHeadersFrame:
			open[f.StreamID] = h2Request{framer, conn, f.StreamID, int(s.requests.Add(1)), f.PseudoValue("method"), f.PseudoValue("path")}
			ended = f.StreamEnded()
		case *http2.DataFrame:
			ended = f.StreamEnded()
		}
		if request, ok := open[frame.Header().StreamID]; ok && ended && !serve(request) {
			return
		}
	}
}

// answer is a whole answer in JSON.
func (r h2Request) answer(status, body string) bool {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, field := range [][2]string{{":status", status}, {"content-type", "application/json"}, {"x-amzn-requestid", requestID}} {
		if encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}) != nil {
			return false
		}
	}
	err := r.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: r.stream, BlockFragment: block.Bytes(), EndHeaders: true})
	return err == nil && r.framer.WriteData(r.stream, true, []byte(body)) == nil
}

// overHTTP2 is a caller's transport for it.
func overHTTP2(t *testing.T) *http.Transport {
	t.Helper()
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: &protocols}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}
