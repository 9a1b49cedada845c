package http1

import "testing"

func TestARegularResponseIsNotReplayed(t *testing.T) {
	// If all responses were replayed, the fuzz test above would compare net/http with itself.
	for _, test := range []struct {
		response string
		want     verdict
	}{
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", headComplete},
		{"HTTP/1.0 503 Not now\nX_A-9:\t~ !\n\n", headComplete},
		{"HTTP/1.1 302 Found\r\nLocation:\r\n\r\n", headComplete},
		{"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n", headComplete},
		{"HTTP/1.1 200 OK\r\nContent-Le", headIncomplete},
		{"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", headIrregular},
		{"HTTP/1.1 100 Continue\r\n", headIrregular},
	} {
		var h head
		if got := h.scan([]byte(test.response)); got != test.want {
			t.Errorf("%q: verdict %d, want %d", test.response, got, test.want)
		}
		// The same response must have the same verdict byte by byte.
		h = head{}
		var got verdict
		for n := 1; n <= len(test.response) && got == headIncomplete; n++ {
			got = h.scan([]byte(test.response[:n]))
		}
		if got != test.want {
			t.Errorf("%q, byte by byte: verdict %d, want %d", test.response, got, test.want)
		}
	}
}
