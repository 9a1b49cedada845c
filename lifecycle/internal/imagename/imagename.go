// Package imagename parses image references as a kubelet does.
package imagename

import (
	"fmt"
	"regexp"
	"strings"
)

const (
	labelPattern = `[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?`
	hostPattern  = `(?:` + labelPattern + `(?:\.` + labelPattern + `)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`
	wordPattern  = `[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`
	// maxImageName is the maximum length of a repository name.
	maxImageName = 255
)

// grammar matches an image reference: an optional host, a lower-case path, an optional tag,
// an optional digest.
var grammar = regexp.MustCompile(`^((?:` + hostPattern + `/)?` + wordPattern + `(?:/` + wordPattern + `)*)` +
	`(:[\w][\w.-]{0,127})?` +
	`(@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`)

var imageID = regexp.MustCompile(`^[a-f0-9]{64}$`)

// TagAndDigest returns the tag and the digest of a reference, with ":" and "@". It returns
// false if the text is not a reference.
func TagAndDigest(image string) (tag, digest string, ok bool) {
	m := grammar.FindStringSubmatch(image)
	if m == nil {
		return "", "", false
	}
	return m[2], m[3], true
}

// PullName returns the image to pull, which gets the tag latest if it has neither tag nor
// digest (I2). If it does not parse, PullName returns the reason (I3).
func PullName(image string) (name, err string) {
	if imageID.MatchString(image) {
		return "", fmt.Sprintf("invalid repository name (%s), cannot specify 64-byte hexadecimal strings", image)
	}
	path, _, _ := strings.Cut(imagePath(image), ":")
	m := grammar.FindStringSubmatch(image)
	switch {
	case path != strings.ToLower(path):
		return "", fmt.Sprintf("invalid reference format: repository name (%s) must be lowercase", path)
	case m == nil:
		return "", "invalid reference format"
	case len(m[1]) > maxImageName:
		return "", fmt.Sprintf("repository name must not be more than %d characters", maxImageName)
	case m[2] == "" && m[3] == "":
		return image + ":latest", ""
	}
	return image, ""
}

// imagePath returns a reference without its host. The first part is a host if it has a dot,
// a port or upper case, or is localhost.
func imagePath(image string) string {
	host, rest, ok := strings.Cut(image, "/")
	if ok && (strings.ContainsAny(host, ".:") || host == "localhost" || host != strings.ToLower(host)) {
		return rest
	}
	return image
}
