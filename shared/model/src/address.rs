//! Where a thing is: its account, wide to narrow, then what it is and its key.

use crate::{AccountId, Row, Table, tables};

/// The address of a thing, taken apart: `cloud/account/table/key`. Whoever is a row of no table, as another account, has its kind in
/// the place of the table.
///
/// ```
/// use model::Address;
///
/// let address = Address::parse("ibm/acc-1/ibm_access_group_members/group-1/IBMid-1").unwrap();
/// assert_eq!((address.account, address.kind, address.key), ("ibm/acc-1", "ibm_access_group_members", "group-1/IBMid-1"));
/// assert_eq!(address.table().unwrap().key, 2);
/// assert_eq!(Address::parse("ibm/acc-1"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'a> {
    /// The cloud and the account, as [`AccountId`] is written.
    pub account: &'a str,
    /// The table that the thing is a row of, or what kind of thing it is.
    pub kind: &'a str,
    /// The key of the row with slashes between its columns, which may hold slashes themselves; or an id.
    pub key: &'a str,
}

impl<'a> Address<'a> {
    /// Takes an address apart; nothing where the text is none.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (account, place) = split(text)?;
        let (kind, key) = place.split_once('/')?;
        Some(Self { account, kind, key })
    }

    /// Returns the table that the thing is a row of.
    #[must_use]
    pub fn table(&self) -> Option<&'static Table> {
        tables::find(self.kind)
    }

    /// Returns what of an address comes after the account, `table/key`; a text that is no address is all of that.
    #[must_use]
    pub fn place_in(text: &'a str) -> &'a str {
        split(text).map_or(text, |(_, place)| place)
    }
}

/// Parts the account of an address from the place in it.
fn split(text: &str) -> Option<(&str, &str)> {
    let (end, _) = text.match_indices('/').nth(1)?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

impl AccountId {
    /// Returns the address of a place in the account, as [`Table::place`] names one.
    #[must_use]
    pub fn address_of(&self, place: &str) -> String {
        format!("{self}/{place}")
    }

    /// Returns the place in the account that an address of it names.
    #[must_use]
    pub fn place_of<'a>(&self, address: &'a str) -> Option<&'a str> {
        let (cloud, rest) = address.split_once('/')?;
        let (id, place) = rest.split_once('/')?;
        (cloud == self.cloud().name() && id == self.id()).then_some(place)
    }
}

impl Table {
    /// Returns the key of a row as addresses have it.
    #[must_use]
    pub fn key_text(&self, row: &Row) -> String {
        row.text_of(self.key)
    }

    /// Returns the place in its account of the row with a key: `table/key`.
    #[must_use]
    pub fn place(&self, key: &str) -> String {
        format!("{}/{key}", self.name)
    }
}

impl Row {
    /// Returns its first values with slashes between them.
    #[must_use]
    pub fn text_of(&self, columns: usize) -> String {
        let values: Vec<String> = self.values().take(columns).map(|value| value.to_string()).collect();
        values.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Value, tables::ibm::MEMBERS};

    #[test]
    fn what_is_written_is_read() {
        let account: AccountId = "huawei/d1".parse().unwrap();
        let row = Row::pack([Value::Text("a/b"), Value::Text("c"), Value::Null]);
        let place = MEMBERS.place(&MEMBERS.key_text(&row));
        let address = account.address_of(&place);
        let read = Address::parse(&address).unwrap();
        assert_eq!((read.account, read.kind, read.key), ("huawei/d1", MEMBERS.name, "a/b/c"));
        assert_eq!((Address::place_in(&address), account.place_of(&address)), (&*place, Some(&*place)));
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in ["", "ibm", "ibm/a", "ibm/a/", "ibm/a/ibm_users"] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
        let account: AccountId = "ibm/a".parse().unwrap();
        for other in ["ibm/ab/ibm_users/u", "huawei/a/x/y", "ibm_users/u", ""] {
            assert_eq!(account.place_of(other), None, "{other}");
        }
        assert_eq!(Address::place_in("user_of_another_account"), "user_of_another_account");
    }
}
