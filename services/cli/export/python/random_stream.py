# --- Numbers drawn at random, each from its own key: the same as SCALE's ---


class RandomStream:
    """xoroshiro128+ from the digest of a key, seeded as npm's pure-rand 8 seeds it."""

    def __init__(self, *key):
        digest = hashlib.sha256(json.dumps(key, separators=(",", ":"), ensure_ascii=False).encode()).digest()
        seed = int.from_bytes(digest[:4], "big")
        self.state = [0xFFFFFFFF, seed ^ 0xFFFFFFFF, seed, 0]

    def bits(self):
        s01, s00, s11, s10 = self.state
        made = (s00 + s10) & 0xFFFFFFFF
        a0, a1 = s10 ^ s00, s11 ^ s01
        self.state[1] = ((s00 << 24) & 0xFFFFFFFF) ^ (s01 >> 8) ^ a0 ^ ((a0 << 16) & 0xFFFFFFFF)
        self.state[0] = ((s01 << 24) & 0xFFFFFFFF) ^ (s00 >> 8) ^ a1 ^ (((a1 << 16) & 0xFFFFFFFF) | (a0 >> 16))
        self.state[3] = ((a1 << 5) & 0xFFFFFFFF) ^ (a0 >> 27)
        self.state[2] = ((a0 << 5) & 0xFFFFFFFF) ^ (a1 >> 27)
        return made

    def next(self):
        """In [0, 1), with 53 bits."""
        high, low = self.bits() >> 5, self.bits() >> 6
        return (high * 0x4000000 + low) / 0x20000000000000

    def below(self, end):
        return math.floor(self.next() * end)

    def shuffled(self, count):
        order = list(range(count))
        for index in range(count - 1, 0, -1):
            other = self.below(index + 1)
            order[index], order[other] = order[other], order[index]
        return order
