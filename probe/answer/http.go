package answer

import (
	"fmt"

	"github.com/podclock/podclock/probe"
)

// What net/http says when a probe's time is over, or its redirects are too many.
const (
	// AwaitingHeaders: no response came (P111).
	AwaitingHeaders = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
	// ReadingBody: the headers came, and the body did not (P112).
	ReadingBody = "context deadline exceeded (Client.Timeout or context cancellation while reading body)"
	// TooManyRedirects: the server redirects without end (P109).
	TooManyRedirects = "stopped after 10 redirects"
)

// HTTP is an answer of a server (P110): 200 to 399 is good, a redirect that is
// not followed with a warning.
func HTTP(status int, body string) probe.Answer {
	switch {
	case status < 200 || status >= 400:
		return failuref("HTTP probe failed with statuscode: %d", status)
	case status >= 300:
		return probe.Answer{Outcome: probe.OutcomeWarning, Output: "Probe terminated redirects, Response body: " + body}
	}
	return Success(body)
}

// HTTPUnanswered is a request to which no answer came (P111).
func HTTPUnanswered(url, err string) probe.Answer { return Failure(GetError(url, err)) }

// HTTPBodyLost is an answer whose headers came and whose body did not (P112).
func HTTPBodyLost(err string) probe.Answer {
	return probe.Answer{Outcome: probe.OutcomeFailure, Err: err}
}

// GetError is net/http's text of a GET that failed.
func GetError(url, err string) string { return fmt.Sprintf("Get %q: %s", url, err) }
