//! The proxy between the auditor and a simulated cloud: one listener for each service, and one where nobody should come.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::BufReader,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::{
    forecast::{Forecast, Sky, Strike, list_of},
    kinds::Kind,
    lists,
    spoil::{Served, spoil},
    wire::{Manner, Message, ask},
};

/// A running proxy; it ends with its value.
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    _listeners: JoinSet<()>,
}

#[derive(Debug)]
struct Shared {
    sky: Mutex<Sky>,
    services: BTreeMap<String, Service>,
    trap: String,
    trapped: Mutex<Vec<String>>,
}

#[derive(Debug, Clone)]
struct Service {
    /// The base address of the simulator, with the path that belongs to it.
    behind: String,
    /// The base address of the proxy, with the same path.
    front: String,
}

impl Proxy {
    /// Puts itself before services, by name and base address.
    pub async fn before(services: &BTreeMap<String, String>) -> io::Result<Self> {
        let mut known = BTreeMap::new();
        let mut waiting = Vec::new();
        for (name, behind) in services {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let front = format!("http://{}", listener.local_addr()?);
            known.insert(name.clone(), Service { behind: behind.clone(), front });
            waiting.push((Some(name.clone()), listener));
        }
        let trap = TcpListener::bind(("127.0.0.1", 0)).await?;
        let shared = Arc::new(Shared {
            sky: Mutex::default(),
            services: known,
            trap: format!("http://{}", trap.local_addr()?),
            trapped: Mutex::default(),
        });
        waiting.push((None, trap));
        let mut listeners = JoinSet::new();
        for (name, listener) in waiting {
            let shared = Arc::clone(&shared);
            listeners.spawn(async move {
                let mut connections = JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    connections.spawn(connection(Arc::clone(&shared), name.clone(), stream));
                    while connections.try_join_next().is_some() {}
                }
            });
        }
        Ok(Self { shared, _listeners: listeners })
    }

    /// Returns the addresses to give to the auditor, by service.
    pub fn endpoints(&self) -> BTreeMap<String, String> {
        self.shared.services.iter().map(|(name, service)| (name.clone(), service.front.clone())).collect()
    }

    /// Lets a run begin in some weather; none is calm.
    pub fn begin(&self, forecast: Option<Forecast>) {
        self.shared.sky().begin(forecast);
    }

    /// Ends a run, and returns what was struck in it.
    pub fn end(&self, is_committed: bool) -> BTreeSet<Strike> {
        self.shared.sky().end(is_committed)
    }

    /// Returns who went where nobody should go, and forgets it.
    pub fn trapped(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.trapped.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shared {
    fn sky(&self) -> MutexGuard<'_, Sky> {
        self.sky.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets links of the simulator lead here.
    fn lead_here(&self, answer: &mut Message) {
        let Ok(mut text) = String::from_utf8(std::mem::take(&mut answer.body)) else { return };
        for service in self.services.values() {
            text = text.replace(&service.behind, &service.front);
        }
        answer.body = text.into_bytes();
    }

    fn weather(&self, name: &str, target: &str, original: Message) -> (Message, Manner) {
        let mut answer = original.clone();
        self.lead_here(&mut answer);
        let mut sky = self.sky();
        let list = list_of(name, target);
        let former = sky.last_items.get(&list).cloned();
        match lists::last_item(&answer.body) {
            Some(last) => sky.last_items.insert(list, last),
            None => sky.last_items.remove(&list),
        };
        let Some((strike, mut rng)) = sky.strike(name, target) else { return (answer, Manner::Whole) };
        if strike.kind == Kind::ForeignLink {
            if original.body != answer.body {
                sky.note(strike);
            }
            return (original, Manner::Whole);
        }
        let served = Served {
            target,
            base: &self.services[name].front,
            trap: &self.trap,
            answer: &answer,
            former: former.as_ref(),
        };
        match spoil(strike.kind, &served, &mut rng) {
            Some(spoilt) => {
                sky.note(strike);
                spoilt
            }
            None => (answer, Manner::Whole),
        }
    }
}

/// Serves one connection until it ends; without a service it is one that nobody should have made.
async fn connection(shared: Arc<Shared>, name: Option<String>, stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    while let Ok(Some(request)) = Message::read(&mut stream).await {
        let target = request.second_word().to_owned();
        let Some(name) = &name else {
            shared.trapped.lock().unwrap_or_else(PoisonError::into_inner).push(target);
            return;
        };
        let behind = shared.services[name].behind.trim_start_matches("http://");
        let answer = ask(behind, &request).await;
        let answer = answer.unwrap_or_else(|_| Message::of(502, "text/plain", Vec::new()));
        let (answer, manner) = shared.weather(name, &target, answer);
        if !answer.write(&mut stream, manner).await.unwrap_or(false) {
            return;
        }
    }
}
