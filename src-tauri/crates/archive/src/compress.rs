//! Compressed bytes. A zstd context is a megabyte that takes longer to make than a typical payload to compress, so each
//! thread keeps its own.

use std::cell::RefCell;
use std::io;

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::get_frame_content_size;

/// The level for what the door waits for: the fastest. Typical payloads shrink to a third.
pub(crate) const FAST: i32 = 1;
/// The level for what nobody waits for.
pub(crate) const SMALL: i32 = 3;

/// No document is larger; a damaged frame could ask for any amount of memory.
const LARGEST: usize = 1 << 30;

thread_local! {
    static CONTEXTS: RefCell<Option<(Compressor<'static>, Decompressor<'static>)>> = const { RefCell::new(None) };
}

/// The bytes as a zstd frame.
pub(crate) fn compress(bytes: &[u8], level: i32) -> io::Result<Vec<u8>> {
    with_contexts(|compressor, _| {
        compressor.set_compression_level(level)?;
        compressor.compress(bytes)
    })
}

/// The bytes of a frame that holds `size` of them. zstd wants room for at least one, also for none.
pub(crate) fn decompress(frame: &[u8], size: usize) -> io::Result<Vec<u8>> {
    with_contexts(|_, decompressor| decompressor.decompress(frame, size.max(1)))
}

/// The same, into room that is kept from one frame to the next.
pub(crate) fn decompress_into(frame: &[u8], size: usize, room: &mut Vec<u8>) -> io::Result<()> {
    room.clear();
    room.reserve(size.max(1));
    with_contexts(|_, decompressor| decompressor.decompress_to_buffer(frame, room).map(drop))
}

/// The bytes of a frame that says itself how many it holds, as all of ours do.
pub(crate) fn decompress_whole(frame: &[u8]) -> io::Result<Vec<u8>> {
    let size = get_frame_content_size(frame).ok().flatten().and_then(|size| usize::try_from(size).ok());
    let size = size
        .filter(|size| *size <= LARGEST)
        .ok_or_else(|| io::Error::other("a compressed document is damaged"))?;
    decompress(frame, size)
}

fn with_contexts<T>(
    work: impl FnOnce(&mut Compressor<'static>, &mut Decompressor<'static>) -> io::Result<T>,
) -> io::Result<T> {
    CONTEXTS.with_borrow_mut(|contexts| {
        if contexts.is_none() {
            *contexts = Some((Compressor::new(FAST)?, Decompressor::new()?));
        }
        match contexts {
            Some((compressor, decompressor)) => work(compressor, decompressor),
            None => Err(io::Error::other("no room for a compression context")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{FAST, SMALL, compress, decompress, decompress_whole};

    #[test]
    fn bytes_come_back_at_every_level_and_from_one_context() {
        for bytes in [b"".to_vec(), b"a".repeat(100_000), (0..=255).collect()] {
            for level in [FAST, SMALL] {
                let frame = compress(&bytes, level).unwrap();
                assert_eq!(decompress(&frame, bytes.len()).unwrap(), bytes);
                assert_eq!(decompress_whole(&frame).unwrap(), bytes);
            }
        }
        assert!(decompress_whole(b"no frame").is_err(), "damaged bytes are an error, not a panic");
    }
}
