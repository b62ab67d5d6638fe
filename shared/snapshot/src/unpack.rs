//! Pages of a column, unpacked by one unpacker a thread.
//!
//! The library's own reader makes an unpacker, and a packer beside it, for each column of each file. Over a history of a thousand files of
//! twenty columns that takes longer than all the rest. So a column is read as if it were not packed, and what it holds is unpacked here.

use std::{cell::RefCell, sync::Arc};

use bytes::Bytes;
use parquet::{
    basic::Compression,
    column::{
        page::{Page, PageMetadata, PageReader},
        reader::{ColumnReader, get_column_reader},
    },
    errors::{ParquetError, Result},
    file::{metadata::RowGroupMetaData, serialized_reader::SerializedPageReader},
};

/// Most bytes of a page: far more than is written as one, and no more than a small machine has.
const GREATEST_PAGE: u64 = 256 * 1024 * 1024;

thread_local! {
    static UNPACKER: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Returns the reader of a column of a file's row group.
pub(crate) fn column_reader(file: &Bytes, group: &RowGroupMetaData, index: usize) -> Result<ColumnReader> {
    let missing = || ParquetError::General(format!("there is no column {index}"));
    let column = group.columns().get(index).ok_or_else(missing)?;
    let rows = usize::try_from(group.num_rows())?;
    let is_packed = match column.compression() {
        Compression::ZSTD(_) => true,
        Compression::UNCOMPRESSED => false,
        other => return Err(ParquetError::General(format!("a column is packed with {other}"))),
    };
    let as_it_lies = column.clone().into_builder().set_compression(Compression::UNCOMPRESSED).build()?;
    let pages = SerializedPageReader::new(Arc::new(file.clone()), &as_it_lies, rows, None)?;
    Ok(get_column_reader(column.column_descr_ptr(), Box::new(UnpackedPages { pages, is_packed })))
}

/// Pages as they lie in the file, unpacked where they are packed.
struct UnpackedPages {
    pages: SerializedPageReader<Bytes>,
    is_packed: bool,
}

impl PageReader for UnpackedPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let Some(mut page) = self.pages.get_next_page()? else { return Ok(None) };
        if self.is_packed {
            match &mut page {
                Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } => *buf = unpack(buf)?,
                Page::DataPageV2 { .. } => {
                    return Err(ParquetError::General("a page of a kind that is never written".to_owned()));
                }
            }
        }
        Ok(Some(page))
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }
}

impl Iterator for UnpackedPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

fn unpack(packed: &Bytes) -> Result<Bytes> {
    // A page without anything in it is not packed.
    if packed.is_empty() {
        return Ok(Bytes::new());
    }
    let size = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten();
    let size = size.filter(|size| *size <= GREATEST_PAGE).and_then(|size| usize::try_from(size).ok());
    let size = size.ok_or_else(|| ParquetError::General("a page does not say how large it is".to_owned()))?;
    let failed = |error: std::io::Error| ParquetError::General(format!("a page does not unpack: {error}"));
    UNPACKER.with_borrow_mut(|unpacker| {
        let unpacker = match unpacker {
            Some(unpacker) => unpacker,
            None => unpacker.insert(zstd::bulk::Decompressor::new().map_err(failed)?),
        };
        Ok(unpacker.decompress(packed, size).map_err(failed)?.into())
    })
}
