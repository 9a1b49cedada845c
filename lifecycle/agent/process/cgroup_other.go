//go:build unix && !linux

package process

import "errors"

func ownCgroup() (string, error) {
	return "", errors.New("there are no cgroups on this system: limits are not enforced")
}
