// Command upload sends a file that proves a service, and attaches it to an
// appointment when one is named.
//
//	upload [-job ID -appointment ID] FILE
//
// FILE is a PDF or an image; its extension says which.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spservices/services-go/facade"
)

func main() {
	log.SetFlags(0)
	job := flag.String("job", "", "`id` of the service job")
	appointment := flag.String("appointment", "", "`id` of the job's appointment")
	flag.Parse()
	if flag.NArg() != 1 || (*job == "") != (*appointment == "") {
		log.Fatal("usage: upload [-job ID -appointment ID] FILE")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := run(ctx, *job, *appointment, flag.Arg(0)); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, job, appointment, path string) error {
	client, err := facade.New(facade.FromEnv(), facade.WithUserAgent("upload", "1"))
	if err != nil {
		return err
	}
	contentType := facade.ContentType(strings.ToUpper(strings.TrimPrefix(filepath.Ext(path), ".")))
	if !contentType.Valid() {
		return errors.New("the file must be a PDF, JPG, JPEG, PNG, GIF or TIFF")
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it is only read
	document, err := client.UploadDocument(ctx, contentType, file)
	if err != nil {
		return err
	}
	fmt.Println("uploaded", document.UploadDestinationID)
	if job == "" {
		return nil
	}
	err = client.SetAppointmentFulfillmentData(ctx, job, appointment, facade.SetAppointmentFulfillmentDataRequest{
		FulfillmentDocuments: facade.FulfillmentDocuments{*document},
	})
	if err != nil {
		return err
	}
	fmt.Println("attached to", appointment)
	return nil
}
