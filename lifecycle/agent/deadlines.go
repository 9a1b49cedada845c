package agent

import "time"

// deadlines orders the pods by when their machines next want to be woken, and
// those of one instant by number.
type deadlines []*pod

// next returns the first pod.
func (d deadlines) next() (*pod, bool) {
	if len(d) == 0 {
		return nil, false
	}
	return d[0], true
}

// set changes a pod's deadline; ok false: it has none.
func (d *deadlines) set(p *pod, at time.Time, ok bool) {
	switch {
	case !ok && p.place < 0:
	case !ok:
		d.remove(p)
	case p.place < 0:
		p.wakeAt, p.place = at, len(*d)
		*d = append(*d, p)
		d.up(p.place)
	case !p.wakeAt.Equal(at):
		p.wakeAt = at
		d.up(p.place)
		d.down(p.place)
	}
}

func (d *deadlines) remove(p *pod) {
	i, last := p.place, len(*d)-1
	d.swap(i, last)
	(*d)[last] = nil
	*d = (*d)[:last]
	p.place = -1
	if i < last {
		d.up(i)
		d.down(i)
	}
}

func (d deadlines) less(i, j int) bool {
	if c := d[i].wakeAt.Compare(d[j].wakeAt); c != 0 {
		return c < 0
	}
	return d[i].number < d[j].number
}

func (d deadlines) swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].place, d[j].place = i, j
}

func (d deadlines) up(i int) {
	for i > 0 && d.less(i, (i-1)/2) {
		d.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (d deadlines) down(i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(d); c++ {
			if d.less(c, least) {
				least = c
			}
		}
		if least == i {
			return
		}
		d.swap(i, least)
		i = least
	}
}
