package emulator

import (
	"time"

	"github.com/spservices/services-go/gen"
)

// SeedVersion is the version of the seed format.
const SeedVersion = 1

// Seed is the state to begin with.
type Seed struct {
	Version int      `json:"version"`
	Sellers []Seller `json:"sellers"`

	text *seedText // nil for a seed that was not read
}

// Seller is a service provider with everything that belongs to it. Sellers see
// nothing of each other.
type Seller struct {
	SellerID      string        `json:"sellerId"`
	MarketplaceID string        `json:"marketplaceId"`
	ClientID      string        `json:"clientId"`
	ClientSecret  string        `json:"clientSecret"`
	RefreshToken  string        `json:"refreshToken"`
	Stores        []Store       `json:"stores,omitzero"`
	Resources     []Resource    `json:"resources,omitzero"`
	Jobs          []Job         `json:"jobs,omitzero"`
	Reservations  []Reservation `json:"reservations,omitzero"`
	Documents     []Document    `json:"documents,omitzero"`
	Sequence      uint64        `json:"sequence,omitzero"` // identifiers given out so far
}

// Store is a region that a seller serves, with the services on offer there.
type Store struct {
	StoreID        string             `json:"storeId"`
	Name           string             `json:"name"`
	SchedulingType gen.SchedulingType `json:"schedulingType"`
	SlotMinutes    int                `json:"slotMinutes"` // length of a slot, and what its start is a multiple of
	Services       []Service          `json:"services,omitzero"`
}

// Service is what a buyer can order in a store.
type Service struct {
	ASIN                string                  `json:"asin"`
	Title               string                  `json:"title"`
	RequiredSkills      []string                `json:"requiredSkills,omitzero"`
	ServiceLocationType gen.ServiceLocationType `json:"serviceLocationType,omitzero"`
}

// Resource performs appointments of one store.
type Resource struct {
	ResourceID           string                    `json:"resourceId"`
	Name                 string                    `json:"name"`
	StoreID              string                    `json:"storeId"`
	Skills               []string                  `json:"skills,omitzero"`
	ServiceLocationTypes []gen.ServiceLocationType `json:"serviceLocationTypes,omitzero"`
	Schedule             []gen.AvailabilityRecord  `json:"schedule,omitzero"`
}

// Job is a service job with the time of its last change, and with what the API
// takes but does not show.
type Job struct {
	gen.ServiceJob
	LastUpdateTime        time.Time                    `json:"lastUpdateTime,omitzero"`        // creation time if absent
	EstimatedArrivalTimes map[string]gen.DateTimeRange `json:"estimatedArrivalTimes,omitzero"` // by appointment id
}

// Reservation takes capacity away from a resource.
type Reservation struct {
	ResourceID string `json:"resourceId"`
	gen.Reservation
}

// Document is an upload destination and what is known of the file uploaded to
// it. The file itself is not kept.
type Document struct {
	UploadDestinationID  string    `json:"uploadDestinationId"`
	MediaType            string    `json:"mediaType"`
	ContentLength        int64     `json:"contentLength"`       // bytes, as stated
	ContentMD5           string    `json:"contentMD5,omitzero"` // base64, as stated, "" if it was not
	Key                  string    `json:"key,omitzero"`        // base64
	InitializationVector string    `json:"initializationVector,omitzero"`
	CreateTime           time.Time `json:"createTime"`
	Upload               *Upload   `json:"upload,omitzero"` // nil until a file was uploaded that can be decrypted
}

// Upload is a file that was uploaded, once it is decrypted.
type Upload struct {
	Length int64  `json:"length"`          // bytes
	MD5    string `json:"md5,omitzero"`    // base64
	SHA256 string `json:"sha256,omitzero"` // base64
}

// Empty is a seed with one seller, its credentials and nothing else.
func Empty(time.Time) (*Seed, error) {
	return &Seed{Version: SeedVersion, Sellers: []Seller{defaultSeller()}}, nil
}

// Literal begins with a seed as it is.
func Literal(seed *Seed) Source {
	return func(time.Time) (*Seed, error) { return seed, nil }
}
