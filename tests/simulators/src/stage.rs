//! What the control asks of a running cloud, whichever it is.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use simulators::{huawei, ibm};

/// A running cloud that can be changed while it is served.
pub(crate) trait Stage: Send + Sync + 'static {
    type Fault: DeserializeOwned + Send;

    /// Lets a week pass, counted from 0; gives its title and date, unless there are no more.
    fn pass(&self, week: usize) -> Option<(&'static str, &'static str)>;
    fn churn(&self, seed: u64, share: f64);
    fn add_fault(&self, fault: Self::Fault);
    fn clear_faults(&self);
    fn truth(&self) -> Value;
    fn calls(&self) -> Value;
}

macro_rules! stage {
    ($cloud:ident) => {
        impl Stage for $cloud::Simulator {
            type Fault = $cloud::Fault;

            fn pass(&self, week: usize) -> Option<(&'static str, &'static str)> {
                let week = $cloud::weeks().into_iter().nth(week)?;
                self.change(week.apply);
                Some((week.title, week.date))
            }

            fn churn(&self, seed: u64, share: f64) {
                self.change(|world| world.churn(&mut fastrand::Rng::with_seed(seed), share));
            }

            fn add_fault(&self, fault: Self::Fault) {
                $cloud::Simulator::add_fault(self, fault);
            }

            fn clear_faults(&self) {
                $cloud::Simulator::clear_faults(self);
            }

            fn truth(&self) -> Value {
                json!(self.look($cloud::World::truth))
            }

            fn calls(&self) -> Value {
                let count = $cloud::Simulator::calls(self);
                json!({ "count": count, "log": self.log(), "trap_hits": self.trap_hits() })
            }
        }
    };
}

stage!(ibm);
stage!(huawei);
