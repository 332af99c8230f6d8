# The emulator of the Services API in one static binary:
#
#   docker build -t spservices .
#   docker run --rm -p 8484:8484 spservices
#
# The admin API below /_emulator/ answers loopback only, so it is not reachable
# from outside the container, unless it is opened to those who have a token:
#
#   docker run --rm -p 127.0.0.1:8484:8484 -e SPSERVICES_ADMIN_TOKEN=… spservices emulator --addr 0.0.0.0:8484 --admin token
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /spservices ./cmd/spservices

FROM scratch
COPY --from=build /spservices /spservices
USER 65534:65534
EXPOSE 8484
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=2s CMD ["/spservices", "emulator", "health"]
ENTRYPOINT ["/spservices"]
CMD ["emulator", "--addr", "0.0.0.0:8484"]
