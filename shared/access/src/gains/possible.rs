//! What there can be at all: a difference of patterns may speak of things that no service has.

use super::{cell::PatternSet, region::Piece};
use crate::{Pattern, ibm};

/// The attributes that name the service of a resource.
const SERVICES: [&str; 2] = ["serviceName", "service"];

/// Leaves out what there cannot be: actions of a service on what is of other services, and services of a type that is
/// not theirs.
pub(super) fn possible(pieces: Vec<Piece>) -> Vec<Piece> {
    pieces.into_iter().filter_map(without_other_services).filter_map(without_other_types).collect()
}

fn without_other_services(mut piece: Piece) -> Option<Piece> {
    let cells = SERVICES.iter().filter_map(|name| piece.attributes.get(*name));
    let out: Vec<Pattern> = cells
        .flat_map(|cell| &cell.except)
        .filter(|taken| taken.pattern.is_literal())
        .map(|taken| taken.pattern.clone())
        .collect();
    if !out.is_empty() {
        piece.actions.any_of.retain(|action| !out.iter().any(|service| action.is_of_service(service)));
    }
    (!piece.actions.any_of.is_empty()).then_some(piece)
}

/// Of a service on IBM Cloud the type follows, and the group that it is of.
fn without_other_types(mut piece: Piece) -> Option<Piece> {
    let [kinds, groups] = ["serviceType", "service_group_id"].map(|name| piece.attributes.get(name).cloned());
    let Some(services) = piece.attributes.get_mut("serviceName") else { return Some(piece) };
    let has = |cell: &Option<PatternSet>, value: &str| {
        cell.as_ref().is_none_or(|cell| {
            cell.any_of.iter().any(|pattern| pattern.matches(value))
                && !cell.except.iter().any(|taken| taken.pattern.matches(value))
        })
    };
    services.any_of.retain(|service| {
        let name = service.to_string();
        let [kind, group] = ibm::kind_and_group(&name);
        // What names no service, or several, has no type of its own.
        !service.is_literal() || name.is_empty() || (has(&kinds, kind) && has(&groups, group))
    });
    (!services.any_of.is_empty()).then_some(piece)
}
