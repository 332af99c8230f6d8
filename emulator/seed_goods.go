package emulator

import (
	"fmt"
	"strconv"

	"github.com/spservices/services-go/gen"
)

// addDefaultGoods gives a job the product orders, shipments, payments and
// assets that go with its service.
func addDefaultGoods(job *Job, store *Store, i int) {
	orders := 1
	switch {
	case i%5 == 0:
		orders = 2
	case i%4 == 3: // the buyer has what is to be fitted
		orders = 0
	}
	for n := range orders {
		job.ProductOrderIDs = append(job.ProductOrderIDs, fmt.Sprintf("112-%07d-%07d", 3000000+i, 4000000+n))
		job.TrackingIDs = append(job.TrackingIDs, fmt.Sprintf("TBA%010d%02d", i+1, n))
	}
	if job.ServiceJobStatus != gen.ServiceJobStatusPaymentDeclined {
		job.Payments = defaultPayments(i)
	}
	if store.StoreID == defaultStoreID(1) {
		job.AssociatedItems[0].LinkedAssets = []gen.LinkedAsset{defaultVehicle(i)}
	}
}

// defaultPayments are by card, for every seventh job by gift card too.
func defaultPayments(i int) []gen.Payment {
	const giftCents = 2000
	cents := 12990 + i%10*500
	if i%7 > 0 {
		return []gen.Payment{defaultPayment(cents, "CREDIT_CARD")}
	}
	return []gen.Payment{defaultPayment(giftCents, "GIFT_CARD"), defaultPayment(cents-giftCents, "CREDIT_CARD")}
}

func defaultPayment(cents int, instrument string) gen.Payment {
	value := gen.Decimal(fmt.Sprintf("%d.%02d", cents/100, cents%100))
	return gen.Payment{Amount: &gen.MoneyAmount{Value: value, Currency: "USD"}, Instrument: instrument}
}

func defaultVehicle(i int) gen.LinkedAsset {
	year := strconv.Itoa(2015 + i%10)
	return gen.LinkedAsset{
		AssetType: "VEHICLE", AssetName: year + " Example Roadster",
		AdditionalAttributes: map[string]string{"make": "Example", "model": "Roadster", "year": year},
	}
}
