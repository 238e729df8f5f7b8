"""Does to a mounted file system what programs do. Arguments: its mount point; input: JSON list of steps [kind, name,
other name, number, number]. Prints, as JSON, how often each kind was done. What the file system refuses is left out."""
import collections, ctypes, json, mmap, os, random, subprocess, sys

libc = ctypes.CDLL(None, use_errno=True)
MODES = {'allocate': 0, 'keep-size': 1, 'punch': 3, 'collapse': 8, 'zero': 16, 'zero-keep-size': 17, 'insert': 32}
root = sys.argv[1]
done = collections.Counter()


def noise(length, seed):
    """Half of it compresses."""
    return (random.Random(seed).randbytes((length + 1) // 2) + bytes([seed % 251 + 1]) * length)[:length]


def with_file(name, flags, act):
    descriptor = os.open(name, flags, 0o644)
    try:
        return act(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor, data, at):
    while data:
        count = os.pwrite(descriptor, data, at)
        data, at = data[count:], at + count


def store_mapped(name, at, length, seed):
    def act(descriptor):
        size = os.fstat(descriptor).st_size
        start = at % size
        data = noise(min(length, size - start), seed)
        with mmap.mmap(descriptor, size) as view:
            view[start:start + len(data)] = data
            view.flush()
            view[start] = seed % 255
    with_file(name, os.O_RDWR, act)


def write_direct(name, at, length, seed):
    def act(descriptor):
        size = max(4096, length // 4096 * 4096)
        with mmap.mmap(-1, size) as buffer:
            buffer[:] = noise(size, seed)
            os.pwrite(descriptor, buffer, at // 4096 * 4096)
    with_file(name, os.O_RDWR | os.O_CREAT | os.O_DIRECT, act)


def fallocate(name, kind, at, length):
    def act(descriptor):
        aligned = kind in ('collapse', 'insert')
        start = at // 4096 * 4096 if aligned else at
        size = max(4096, length // 4096 * 4096) if aligned else length + 1
        if libc.fallocate(descriptor, MODES[kind], ctypes.c_long(start), ctypes.c_long(size)) != 0:
            raise OSError(ctypes.get_errno(), kind)
    with_file(name, os.O_RDWR | os.O_CREAT, act)


def fragment(name, at, count, seed):
    def act(descriptor):
        block = os.statvfs(name).f_bsize
        for i in range(count):
            os.pwrite(descriptor, noise(block, seed + i), (at + 2 * i) * block)
    with_file(name, os.O_RDWR | os.O_CREAT, act)


def copy_range(name, other, at, length):
    def act(source):
        with_file(other, os.O_WRONLY | os.O_CREAT, lambda target: os.copy_file_range(source, target, length, 0, at))
    with_file(name, os.O_RDONLY, act)


def sync_data(name, at, length, seed):
    def act(descriptor):
        size = os.fstat(descriptor).st_size
        write_all(descriptor, noise(min(length, size), seed), at % max(1, size))
        os.fdatasync(descriptor)
    with_file(name, os.O_RDWR, act)


def touch_back(name, at, length, seed):
    before = os.stat(name)
    with_file(name, os.O_WRONLY, lambda f: write_all(f, noise(length, seed), at % max(1, before.st_size)))
    os.utime(name, ns=(before.st_atime_ns, before.st_mtime_ns))


def grow_folder(name, count, seed):
    os.makedirs(name, exist_ok=True)
    for i in range(count):
        with_file(f'{name}/{seed}-{i}-{"n" * (i % 90)}', os.O_WRONLY | os.O_CREAT, lambda f: os.write(f, b'x' * (i % 5)))


def shrink_folder(name):
    for entry in sorted(os.listdir(name))[::2]:
        os.unlink(f'{name}/{entry}')


def sync_root():
    with_file(root, os.O_RDONLY, lambda f: libc.syncfs(f))


def reuse_inodes(name, count, seed):
    """Takes the inodes of files away and gives them to others of the same names and sizes."""
    for i in range(count):
        with_file(f'{name}.r{i}', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, lambda f: write_all(f, noise(9000, seed + i), 0))
    sync_root()
    for i in range(count):
        os.unlink(f'{name}.r{i}')
    for i in range(count):
        with_file(f'{name}.r{i}', os.O_WRONLY | os.O_CREAT, lambda f: write_all(f, noise(9000, seed - i), 0))


def remove_attribute(folder):
    """Of the first file in the folder that has one."""
    found = ((f'{folder}/{entry}', key) for entry in sorted(os.listdir(folder)) for key in os.listxattr(f'{folder}/{entry}', follow_symlinks=False))
    name, key = next(found, (None, None))
    if name is None:
        raise OSError(61, 'no attribute')
    os.removexattr(name, key, follow_symlinks=False)


def replace(name, length, seed):
    with_file(f'{name}~', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, lambda f: (write_all(f, noise(length, seed), 0), os.fsync(f)))
    os.rename(f'{name}~', name)


def read_all(name):
    with open(name, 'rb') as file:
        file.read()


def tool(*command):
    if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode != 0:
        raise OSError(22, command[0])


def step(kind, name, other, a, b):
    seed = a * 31 + b
    if kind == 'create':
        with_file(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, lambda f: write_all(f, noise(a % 400_000, seed), 0))
    elif kind == 'append':
        with_file(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, lambda f: os.write(f, noise(b, seed)))
    elif kind == 'write':
        with_file(name, os.O_WRONLY, lambda f: write_all(f, noise(b % 50_000, seed), a % max(1, os.fstat(f).st_size)))
    elif kind == 'hole':
        with_file(name, os.O_WRONLY | os.O_CREAT, lambda f: write_all(f, noise(b % 20_000, seed), a % 3_000_000))
    elif kind == 'mapped':
        store_mapped(name, a, b, seed)
    elif kind == 'direct':
        write_direct(name, a % 1_000_000, b % 100_000, seed)
    elif kind == 'fdatasync':
        sync_data(name, a, b % 40_000, seed)
    elif kind in MODES:
        fallocate(name, kind, a % 500_000, b % 300_000)
    elif kind == 'truncate':
        os.truncate(name, a % 500_000)
    elif kind == 'fragment':
        fragment(name, a % 300, 2 + b % 150, seed)
    elif kind == 'copy-range':
        copy_range(name, other, a % 100_000 // 4096 * 4096, b)
    elif kind == 'replace':
        replace(name, b % 200_000, seed)
    elif kind == 'rename':
        os.rename(name, other)
    elif kind == 'link':
        os.link(name, f'{other}.l{b % 9}')
    elif kind == 'symlink':
        os.symlink('t' * (b % 200 + 1), f'{other}.s{a % 99}')
    elif kind == 'unlink':
        os.unlink(name)
    elif kind == 'chmod':
        os.chmod(name, 0o600 + a % 64)
    elif kind == 'owner':
        os.chown(name, a % 1000, b % 1000)
    elif kind == 'touch-back':
        touch_back(name, a, b % 9000, seed)
    elif kind == 'xattr':
        os.setxattr(name, f'user.a{a % 5}', noise(b % 900, seed))
    elif kind == 'xattr-off':
        remove_attribute(os.path.dirname(name))
    elif kind == 'attribute':
        tool('chattr', '+j' if a % 2 == 0 else '+A', name)
    elif kind == 'defrag':
        tool('e4defrag', name)
    elif kind == 'grow-folder':
        grow_folder(f'{root}/many{b % 4}', 20 + b % 200, a)
    elif kind == 'shrink-folder':
        shrink_folder(f'{root}/many{b % 4}')
    elif kind == 'reuse':
        reuse_inodes(name, 2 + a % 6, seed)
    elif kind == 'read':
        read_all(name)
    elif kind == 'sync':
        sync_root()
    else:
        raise SystemExit(f'unknown step {kind}')


for kind, name, other, a, b in json.load(sys.stdin):
    try:
        step(kind, f'{root}/{name}', f'{root}/{other}', a, b)
        done[kind] += 1
    except (OSError, ValueError, ZeroDivisionError):
        done[f'not {kind}'] += 1
print(json.dumps(done))
