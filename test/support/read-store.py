"""A reader of a cardkeep store, written from proto/FORMAT.md alone, with nothing but Python's standard library.

usage: read-store.py STORE            prints, as JSON, each chunk ID of the indexes with the SHA-256 of its bytes, and
                                      each snapshot ID with the SHA-256 of its message
"""
import hashlib, json, os, struct, sys, zlib

store = sys.argv[1]


def fail(what):
    sys.exit("read-store.py: " + what)


def crc(data):
    return zlib.crc32(data) & 0xFFFFFFFF


def lz4_block(src, raw_length):
    out, at = bytearray(), 0
    while True:
        token = src[at]; at += 1
        literals = token >> 4
        if literals == 15:
            while True:
                more = src[at]; at += 1; literals += more
                if more != 255: break
        out += src[at:at + literals]; at += literals
        if at >= len(src): break
        offset = src[at] | src[at + 1] << 8; at += 2
        length = token & 15
        if length == 15:
            while True:
                more = src[at]; at += 1; length += more
                if more != 255: break
        for _ in range(length + 4): out.append(out[-offset])
    if len(out) != raw_length: fail("LZ4 block of a wrong length")
    return bytes(out)


def header(data, kind):
    if data[:8] != b"CARDKEEP" or data[8] != kind or data[9] != 1 or data[10:12] != b"\0\0": fail("header")
    if struct.unpack_from("<I", data, 60)[0] != crc(data[:60]): fail("header checksum")
    return data[12:28]


def frame(data, at, kinds, number):
    """The items of the frame at `at`, and where it ends."""
    magic, codec, kind, flags, n, length, payload_crc, header_crc = struct.unpack_from("<4sBBHIIII", data, at)
    if magic != b"CKFR" or kind not in kinds or flags or n != number: fail("frame header")
    if header_crc != crc(data[at:at + 20]): fail("frame header checksum")
    payload = data[at + 24:at + 24 + length]
    if payload_crc != crc(payload): fail("frame checksum")
    raw_length, count = struct.unpack_from("<II", payload)
    lengths = struct.unpack_from("<%dI" % count, payload, 8)
    body = payload[8 + 4 * count:]
    if codec == 1: body = lz4_block(body, raw_length)
    elif codec != 0: fail("codec")
    if sum(lengths) != raw_length or len(body) != raw_length: fail("frame table")
    items, start = [], 0
    for item_length in lengths:
        items.append(body[start:start + item_length]); start += item_length
    return items, at + 24 + length


def fields(message):
    """A protobuf message as (field number, value) pairs."""
    at = 0
    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]; at += 1
            value |= (byte & 127) << shift; shift += 7
            if byte < 128: return value
    while at < len(message):
        key = varint()
        if key & 7 == 0: yield key >> 3, varint()
        elif key & 7 == 1: at += 8; yield key >> 3, message[at - 8:at]
        elif key & 7 == 2:
            length = varint(); at += length
            yield key >> 3, message[at - length:at]
        else: fail("wire type")


def read(name):
    with open(os.path.join(store, name), "rb") as file: return file.read()


def names(folder):
    path = os.path.join(store, folder)
    return sorted(os.listdir(path)) if os.path.isdir(path) else []


config = read("config-1")
store_id = header(config, 1)
if read("config-1.copy") != config: fail("config and copy differ")
(message,), end = frame(config, 64, (4,), 0)
if end != len(config) or dict(fields(message))[2] != store_id: fail("config")

snapshots = {}
for name in names("snapshots"):
    data = read("snapshots/" + name)
    if header(data, 5) != store_id: fail("snapshot of another store")
    (message,), end = frame(data, 64, (4,), 0)
    if end != len(data): fail("snapshot is too long")
    snapshots[name] = hashlib.sha256(message).hexdigest()

packs = {}
def pack_frames(hash_name):
    """By offset: the items of each frame of a pack, checked against the trailer."""
    if hash_name in packs: return packs[hash_name]
    data = read("packs/%s/%s" % (hash_name[0], hash_name))
    if header(data, 3) != store_id: fail("pack of another store")
    trailer_at, trailer_length, footer_crc, magic = struct.unpack("<III4s", data[-16:])
    if magic != b"CKEN" or footer_crc != crc(data[-16:-8]): fail("footer")
    found, at = {}, 64
    while at < trailer_at:
        start = at
        items, at = frame(data, at, (1, 2), len(found))
        found[start] = items
    (trailer,), end = frame(data, trailer_at, (3,), len(found))
    if end != trailer_at + trailer_length or end + 16 != len(data): fail("end of pack")
    count = struct.unpack_from("<I", trailer)[0]
    chunk_at = 4 + 12 * count
    for row, (start, items) in enumerate(found.items()):
        offset, _, chunks = struct.unpack_from("<III", trailer, 4 + 12 * row)
        if offset != start or chunks != len(items): fail("trailer")
        for item in items:
            if struct.unpack_from("<I", trailer, chunk_at + 32)[0] != len(item): fail("trailer chunk")
            chunk_at += 36
    if count != len(found) or chunk_at != len(trailer): fail("trailer counts")
    packs[hash_name] = found
    return found


chunks, superseded = {}, set()
indexes = {}
for name in names("indexes"):
    data = read("indexes/" + name)
    if header(data, 4) != store_id: fail("index of another store")
    (head,), at = frame(data, 64, (4,), 0)
    indexes[name] = (data, head, at)
    superseded |= {value.hex() for number, value in fields(head) if number == 1}
for name, (data, head, at) in indexes.items():
    if name in superseded: continue
    pack_names = [dict(fields(value))[1].hex() for number, value in fields(head) if number == 2]
    one = dict(fields(head))
    rows = [struct.unpack_from("<IIII", one[3], 16 * i) for i in range(len(one.get(3, b"")) // 16)]
    total, page_records = one.get(8, 0), one[9]
    page, before = 0, b""
    while page * page_records < total:
        if at != indexes[name][2] + page * (24 + 8 + 4 + 44 * page_records): fail("page place")
        (records,), at = frame(data, at, (5,), page + 1)
        if records[:32] != one[7][32 * page:32 * page + 32]: fail("fence")
        for i in range(0, len(records), 44):
            chunk_id = records[i:i + 32]
            row, offset, length = struct.unpack_from("<III", records, i + 32)
            if chunk_id < before: fail("order")
            before = chunk_id
            pack, frame_at, _, raw_length = rows[row]
            body = b"".join(pack_frames(pack_names[pack])[frame_at])
            if len(body) != raw_length or offset + length > raw_length: fail("place of a chunk")
            chunks[chunk_id.hex()] = hashlib.sha256(body[offset:offset + length]).hexdigest()
        page += 1
    if at != len(data): fail("index is too long")

print(json.dumps({"chunks": chunks, "snapshots": snapshots}))
