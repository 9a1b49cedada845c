package agent

// staticNames lets one static pod of a name run at a time (S84): its successor has
// another UID, and would run beside it. The pods of a name stand in line in the
// order in which they were added. The first one has the name, until it is
// finished.
type staticNames map[string][]*pod

// claim puts a pod in the line for its name, and reports whether another pod has
// the name.
func (n staticNames) claim(p *pod) (taken bool) {
	name := p.fullName()
	n[name] = append(n[name], p)
	return len(n[name]) > 1
}

// release takes a finished pod out of the line, and returns the pod that has the
// name from now on. If that does not change, it returns nil.
func (n staticNames) release(p *pod) *pod {
	name := p.fullName()
	line := n[name]
	for i := range line {
		if line[i] != p {
			continue
		}
		line = append(line[:i:i], line[i+1:]...)
		if n[name] = line; len(line) == 0 {
			delete(n, name)
		} else if i == 0 {
			return line[0]
		}
		break
	}
	return nil
}
