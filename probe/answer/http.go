package answer

import (
	"fmt"

	"github.com/podclock/podclock/probe"
)

// These are net/http's texts for a probe that was not over in time or had too many
// redirects.
const (
	// AwaitingHeaders is the text if no response came in time (P111).
	AwaitingHeaders = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
	// ReadingBody is the text if the headers came in time and the body did not (P112).
	ReadingBody = "context deadline exceeded (Client.Timeout or context cancellation while reading body)"
	// TooManyRedirects is the text if a server redirects without end (P109).
	TooManyRedirects = "stopped after 10 redirects"
)

// HTTP returns the answer for a server's response. A status from 200 to 399 is good. A
// redirect that is not followed is a warning (P110).
func HTTP(status int, body string) probe.Answer {
	switch {
	case status < 200 || status >= 400:
		return failuref("HTTP probe failed with statuscode: %d", status)
	case status >= 300:
		return probe.Answer{Outcome: probe.OutcomeWarning, Output: "Probe terminated redirects, Response body: " + body}
	}
	return Success(body)
}

// Redirects reports whether a client follows an answer with this status, if it says
// whereto (P109): net/http does for 301, 302, 303, 307 and 308.
func Redirects(status int) bool {
	return status >= 301 && status <= 303 || status == 307 || status == 308
}

// HTTPUnanswered returns the answer for a request that got no response (P111).
func HTTPUnanswered(url, err string) probe.Answer { return Failure(GetError(url, err)) }

// HTTPBodyLost returns the answer for a response whose headers came and whose body did not.
// It has an error, so the kubelet tries again and then discards it (P112).
func HTTPBodyLost(err string) probe.Answer {
	return probe.Answer{Outcome: probe.OutcomeFailure, Err: err}
}

// GetError returns net/http's text for a failed GET.
func GetError(url, err string) string { return fmt.Sprintf("Get %q: %s", url, err) }
