package lifecycle

import (
	"regexp"
	"strings"
)

// imageName is the grammar of image references: an optional host, a lower-case
// path, an optional tag, an optional digest.
var imageName = regexp.MustCompile(`^` +
	`((?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?` +
	`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*` +
	`(:[\w][\w.-]{0,127})?` +
	`(@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`)

// pullName returns the image to pull: with tag latest if it names neither tag
// nor digest (I2); or why it does not parse (I3).
func pullName(image string) (name, err string) {
	m := imageName.FindStringSubmatch(image)
	switch {
	case m == nil && imageName.MatchString(strings.ToLower(image)):
		return "", "invalid reference format: repository name must be lowercase"
	case m == nil:
		return "", "invalid reference format"
	case m[2] == "" && m[3] == "":
		return image + ":latest", ""
	}
	return image, ""
}
