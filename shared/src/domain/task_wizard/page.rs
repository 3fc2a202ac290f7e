//! Pages of a list that is held as a whole.

/// Which page of a list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    number: usize,
    count: usize,
    size: usize,
}

impl Page {
    /// The first page of a list of `length`, with `size` on each.
    pub fn first(length: usize, size: usize) -> Self {
        Self { number: 0, count: length.div_ceil(size.max(1)), size: size.max(1) }
    }

    /// The page of that number, from 0. The last one where there are not so many.
    pub fn go_to(self, number: usize) -> Self {
        Self { number: number.min(self.count.saturating_sub(1)), ..self }
    }

    /// The page's number, from 0.
    pub fn number(self) -> usize {
        self.number
    }

    /// How many pages there are.
    pub fn count(self) -> usize {
        self.count
    }

    /// The page before, if there is one.
    pub fn before(self) -> Option<usize> {
        self.number.checked_sub(1)
    }

    /// The page after, if there is one.
    pub fn after(self) -> Option<usize> {
        self.number.checked_add(1).filter(|next| *next < self.count)
    }

    /// What stands on the page, each with its place in the list.
    pub fn of<T>(self, list: &[T]) -> impl Iterator<Item = (usize, &T)> {
        list.iter().enumerate().skip(self.number.saturating_mul(self.size)).take(self.size)
    }
}
