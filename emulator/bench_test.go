package emulator_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
)

// BenchmarkStart goes from nothing to the first answer over loopback: seed,
// listen, sign in, read a job. The target is 20 ms.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		emu, err := emulator.New()
		if err := errors.Join(err, emu.Listen("127.0.0.1:0")); err != nil {
			b.Fatal(err)
		}
		f := &fixture{T: b, emu: emu, http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
		f.token = f.signIn(emu.Credentials())
		f.job(pendingJob)
		if err := emu.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkListing asks for the first page of service jobs over loopback, with
// 8 connections. The target is 10,000 a second on two cores.
func BenchmarkListing(b *testing.B) {
	emu, err := emulator.New()
	if err := errors.Join(err, emu.Listen("127.0.0.1:0")); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = emu.Close() }()
	f := &fixture{T: b, emu: emu, http: &http.Client{Transport: emu.Transport()}}
	request := fmt.Appendf(nil, "GET /service/v1/serviceJobs?marketplaceIds=%s&createdAfter=2000-01-01T00:00:00Z HTTP/1.1\r\n"+
		"Host: %s\r\nUser-Agent: bench/1\r\nx-amz-access-token: %s\r\n\r\n", emu.Marketplace(), emu.Addr(), f.signIn(emu.Credentials()))
	work := make(chan struct{}, 64)
	var workers sync.WaitGroup
	for range 8 {
		conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", emu.Addr())
		if err != nil {
			b.Fatal(err)
		}
		workers.Go(func() {
			defer func() { _ = conn.Close() }()
			answers := bufio.NewReaderSize(conn, 64<<10)
			for range work {
				if err := exchange(conn, answers, request); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for b.Loop() {
		work <- struct{}{}
	}
	close(work)
	workers.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}

// exchange sends a request and reads an answer with a Content-Length.
func exchange(conn net.Conn, answers *bufio.Reader, request []byte) error {
	if _, err := conn.Write(request); err != nil {
		return err
	}
	length, status := 0, []byte(nil)
	for {
		line, err := answers.ReadSlice('\n')
		if err != nil {
			return err
		}
		if status == nil {
			if status = line[:len("HTTP/1.1 200")]; !bytes.HasSuffix(status, []byte("200")) {
				return fmt.Errorf("answer is %s", line)
			}
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
		if len(line) == 2 {
			_, err = io.CopyN(io.Discard, answers, int64(length))
			return err
		}
	}
}

// BenchmarkPageOfManyJobs filters and sorts 100,000 jobs for a page. The
// target is 1 ms.
func BenchmarkPageOfManyJobs(b *testing.B) {
	seed := func(now time.Time) (*emulator.Seed, error) {
		seed, err := emulator.Default(now)
		if err != nil {
			return nil, err
		}
		s := &seed.Sellers[0]
		for i := range 100_000 - len(s.Jobs) {
			j := s.Jobs[i%60]
			j.ServiceJobID = fmt.Sprintf("job-%d", i)
			j.CreateTime = j.CreateTime.Add(time.Duration(i) * time.Second)
			j.ProductOrderIDs = []string{fmt.Sprintf("112-%07d-0", i), fmt.Sprintf("112-%07d-9", i)}
			j.TrackingIDs = []string{fmt.Sprintf("TBA%d", i), fmt.Sprintf("TBA%d", i+1)}
			s.Jobs = append(s.Jobs, j)
		}
		return seed, nil
	}
	f := start(b, emulator.WithSeed(seed))
	for name, query := range map[string]string{
		"some":  "&serviceJobStatus=PENDING_SCHEDULE,HOLD&storeIds=" + firstStore + "&sortField=JOB_STATUS&sortOrder=DESC",
		"all":   "&sortField=JOB_STATUS&sortOrder=DESC",
		"order": "&serviceOrderIds=" + f.job(pendingJob).ServiceOrderID,
		"goods": "&productOrderIds=112-0000099-9,112-0050000-0&trackingIds=TBA100,TBA77777",
	} {
		b.Run(name, func(b *testing.B) {
			path := "/service/v1/serviceJobs?createdAfter=2000-01-01T00:00:00Z&marketplaceIds=" + f.emu.Marketplace() + query
			for b.Loop() {
				f.call("GET", path, "")
			}
		})
	}
}

// BenchmarkMemory reports what an emulator with the default seed holds on to.
func BenchmarkMemory(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var kept []*emulator.Emulator
	for b.Loop() {
		emu, err := emulator.New()
		if err != nil {
			b.Fatal(err)
		}
		kept = append(kept, emu)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(kept))/(1<<20), "MiB/emulator")
}
