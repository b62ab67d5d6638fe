//! The stage from outside: what is told, what goes over the wire, who has taken it.

#[cfg(test)]
mod authors;
#[cfg(test)]
mod contracts;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod eventbridge;
#[cfg(test)]
mod story;
#[cfg(test)]
mod subjects;
#[cfg(test)]
mod titles;
#[cfg(test)]
mod told;
