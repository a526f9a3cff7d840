//! Reading and writing the fixed binary layouts: bounded, total, one encoding per value.

/// Bytes that are not what the layout says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The bytes end too early.
    #[error("cut short")]
    Truncated,
    /// There is more than the layout has.
    #[error("trailing bytes")]
    Trailing,
    /// A number is written longer than it need be, or does not fit.
    #[error("number is not in its shortest form")]
    Number,
    /// A length is over its limit.
    #[error("over the limit")]
    TooLong,
    /// A version, kind, suite or flag that is not known here.
    #[error("unknown {0}")]
    Unknown(&'static str),
}

/// Takes values off the front of a slice.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next `length` bytes.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], CodecError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(CodecError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next byte.
    pub fn u8(&mut self) -> Result<u8, CodecError> {
        Ok(self.array::<1>()?[0])
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(CodecError::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// An unsigned LEB128 number in its shortest form.
    pub fn varint(&mut self) -> Result<u64, CodecError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 || byte == 0 && shift > 0 {
                return Err(CodecError::Number);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(CodecError::Number)
    }

    /// A count or length of at most `max`.
    pub fn length(&mut self, max: usize) -> Result<usize, CodecError> {
        let length = usize::try_from(self.varint()?).map_err(|_| CodecError::TooLong)?;
        if length > max { Err(CodecError::TooLong) } else { Ok(length) }
    }

    /// Bytes with their length before them.
    pub fn bytes(&mut self, max: usize) -> Result<&'a [u8], CodecError> {
        let length = self.length(max)?;
        self.take(length)
    }

    /// Nothing may be left.
    pub fn end(self) -> Result<(), CodecError> {
        if self.rest.is_empty() { Ok(()) } else { Err(CodecError::Trailing) }
    }
}

/// Puts values at the end of a vector.
pub trait Write {
    /// An unsigned LEB128 number.
    fn put_varint(&mut self, value: u64);
    /// A count or length.
    fn put_length(&mut self, length: usize);
    /// Bytes with their length before them.
    fn put_bytes(&mut self, bytes: &[u8]);
}

impl Write for Vec<u8> {
    fn put_varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.push(value.to_le_bytes()[0]);
    }

    fn put_length(&mut self, length: usize) {
        self.put_varint(length as u64);
    }

    fn put_bytes(&mut self, bytes: &[u8]) {
        self.put_length(bytes.len());
        self.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_number_has_one_encoding(value: u64, noise: Vec<u8>) {
            let mut bytes = Vec::new();
            bytes.put_varint(value);
            prop_assert_eq!(Reader::new(&bytes).varint(), Ok(value));
            let mut reader = Reader::new(&noise);
            if let Ok(read) = reader.varint() {
                let mut again = Vec::new();
                again.put_varint(read);
                prop_assert_eq!(&noise[..noise.len() - reader.rest().len()], &again[..]);
            }
        }
    }

    #[test]
    fn a_padded_number_is_refused() {
        assert_eq!(Reader::new(&[0x80, 0x00]).varint(), Err(CodecError::Number));
        assert_eq!(Reader::new(&[0xff; 11]).varint(), Err(CodecError::Number));
    }
}
