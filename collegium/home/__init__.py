"""Pages drawn from every room: what to do next, what each role may do, the demo world, the rehearsal of a scheme."""
