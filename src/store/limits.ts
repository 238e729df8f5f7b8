/** Limits of the format (FORMAT.md, "Limits"). A reader refuses what lies beyond them before it allocates anything. */

/** The longest chunk or node, in bytes. */
export const MAX_CHUNK_BYTES: number = 16 * 1024 * 1024;

/** The longest frame payload, and the longest body after decompression, in bytes. */
export const MAX_FRAME_BYTES: number = 32 * 1024 * 1024;

/** Chunks in a frame. */
export const MAX_FRAME_ITEMS = 4096;

/** A pack is shorter than this; places in it fit into 31 bits. */
export const MAX_PACK_BYTES: number = 2 ** 31 - 1;

/** The longest config, snapshot, record or lock, in bytes. */
export const MAX_MESSAGE_BYTES: number = 1024 * 1024;

/** Records in one index file, and in one page of it. */
export const MAX_INDEX_RECORDS: number = 1 << 20;
export const MAX_PAGE_RECORDS = 4096;

/** What a new store writes into its config. */
export const DEFAULT_PACK_BYTES: number = 32 * 1024 * 1024;
export const DEFAULT_FRAME_BYTES: number = 256 * 1024;
