//! Ranges of addresses, as access control lists write them: `10.0.0.0-10.0.0.255`, `10.0.0.0/24`, and the same in IPv6.

use std::net::IpAddr;

/// The first and the last address of a network; IPv4 addresses stand in the upper bits, so that one number is the last of either.
type Span = (u128, u128);

/// Returns whether networks of one kind let in every address together. What cannot be read lets in nobody.
pub(super) fn let_in_all(networks: &[&str]) -> bool {
    let mut spans: Vec<Span> = networks.iter().filter_map(|network| span(network)).collect();
    spans.sort_unstable();
    // The first address that none of the networks so far lets in; none once all are let in.
    let mut next = Some(0_u128);
    for (first, last) in spans {
        match next {
            Some(missing) if first <= missing => {
                next = last.checked_add(1).map(|after| after.max(missing));
            }
            _ => break,
        }
    }
    next.is_none()
}

/// Reads a range or a network.
fn span(text: &str) -> Option<Span> {
    if let Some((first, last)) = text.split_once('-') {
        return Some((bounds(first, None)?.0, bounds(last, None)?.1));
    }
    match text.split_once('/') {
        Some((address, length)) => bounds(address, Some(length.trim().parse().ok()?)),
        None => bounds(text, None),
    }
}

/// Returns the span of an address, or of all that share its first bits.
fn bounds(address: &str, length: Option<u32>) -> Option<Span> {
    let (bits, most) = match address.trim().parse().ok()? {
        IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let length = length.unwrap_or(most);
    if length > most {
        return None;
    }
    let rest = u128::MAX.checked_shr(length).unwrap_or(0);
    Some((bits & !rest, bits | rest))
}

#[cfg(test)]
mod tests {
    use super::let_in_all;

    #[test]
    fn all_addresses_are_found_however_they_are_written() {
        let all = [
            &["0.0.0.0-255.255.255.255"][..],
            &["0.0.0.0 - 255.255.255.255"],
            &["0.0.0.0/0"],
            &["10.0.0.0/0"],
            &["128.0.0.0/1", "0.0.0.0/1"],
            &["10.0.0.0/8", "0.0.0.0-127.255.255.255", "100.0.0.0-255.255.255.255"],
            &["::/0"],
            &["::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
            &["0:0:0:0:0:0:0:0-FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF"],
            &["0000:0000:0000:0000:0000:0000:0000:0000-FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF"],
            &["8000::/1", "::/1"],
        ];
        for networks in all {
            assert!(let_in_all(networks), "{networks:?}");
        }
        let some = [
            &[][..],
            &["10.0.0.0/8"],
            &["0.0.0.0-255.255.255.254"],
            &["0.0.0.1-255.255.255.255"],
            &["0.0.0.0/1", "128.0.0.1-255.255.255.255"],
            &["0.0.0.0/33"],
            &["all of them"],
            &["0:0:0:0:0:0:0:0-0:0:0:0:0:0:0:0"],
            &["::-FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFF0"],
            &["::1/1"],
        ];
        for networks in some {
            assert!(!let_in_all(networks), "{networks:?}");
        }
    }
}
