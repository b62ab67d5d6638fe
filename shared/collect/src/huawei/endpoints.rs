//! Where the interfaces of Huawei Cloud are.

use url::Url;

use crate::{
    CollectError,
    endpoint::{allowed, parse, refused},
};

/// One of the separate clouds. Credentials are good in one of them only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Partition {
    /// The international cloud, at `myhuaweicloud.com`.
    #[default]
    International,
    /// The cloud in China, at `myhuaweicloud.cn`.
    China,
    /// The cloud in Europe, at `myhuaweicloud.eu`.
    Europe,
}

impl Partition {
    /// All partitions of Huawei Cloud.
    pub const ALL: [Self; 3] = [Self::International, Self::China, Self::Europe];

    /// Returns the name, as settings have it: the last part of its hosts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::International => "com",
            Self::China => "cn",
            Self::Europe => "eu",
        }
    }

    /// Returns the partition of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.name() == name)
    }

    /// Returns a region that answers for the whole account.
    const fn region(self) -> &'static str {
        match self {
            Self::International => "ap-southeast-1",
            Self::China => "cn-north-4",
            Self::Europe => "eu-west-101",
        }
    }
}

/// The base addresses. Those of a partition are the usual ones; tests have others.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// Identities, policies, grants, of both authorization models.
    pub iam: Url,
    /// Temporary keys, and who the caller is.
    pub sts: Url,
    /// The address of the Organizations service.
    pub organizations: Url,
    /// The address of the enterprise project service.
    pub eps: Url,
}

const NAMES: [&str; 4] = ["iam", "sts", "organizations", "eps"];

impl Endpoints {
    /// Takes the addresses of a partition, in a region of one's own if one is named, with some in the place of
    /// others: pairs of name, as the fields are called, and address.
    ///
    /// # Errors
    /// When a name is unknown, or keys must not be sent to an address.
    pub fn parse<'a>(
        partition: Partition,
        region: Option<&str>,
        others: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, CollectError> {
        // It becomes a part of host names, and must not become another host.
        let is_plain = |each: u8| each.is_ascii_alphanumeric() || each == b'-';
        if let Some(region) = region.filter(|region| region.is_empty() || !region.bytes().all(is_plain)) {
            return Err(refused("region", region, "a region is written like `ap-southeast-1`"));
        }
        let mut texts = public(partition, region);
        for (name, address) in others {
            let place = NAMES.iter().position(|known| *known == name).and_then(|place| texts.get_mut(place));
            let Some(place) = place else {
                // An address that may hold a secret is not shown.
                parse(name, address)?;
                return Err(refused(name, address, "known are iam, sts, organizations and eps"));
            };
            address.clone_into(place);
        }
        let [iam, sts, organizations, eps] = texts;
        Ok(Self {
            iam: parse("iam", &iam)?,
            sts: parse("sts", &sts)?,
            organizations: parse("organizations", &organizations)?,
            eps: parse("eps", &eps)?,
        })
    }

    /// Refuses addresses that keys must not be sent to, however they came here.
    pub(crate) fn check(&self) -> Result<(), CollectError> {
        let all = [&self.iam, &self.sts, &self.organizations, &self.eps];
        all.into_iter().zip(NAMES).try_for_each(|(url, name)| allowed(name, url))
    }
}

fn public(partition: Partition, region: Option<&str>) -> [String; 4] {
    let domain = format!("myhuaweicloud.{}", partition.name());
    let usual = partition.region();
    let region = region.unwrap_or(usual);
    // Europe has no hosts without a region but for organisations.
    let eps = if partition == Partition::Europe { format!("eps.{region}") } else { "eps".to_owned() };
    let hosts = [format!("iam.{region}"), format!("sts.{region}"), "organizations".to_owned(), eps];
    hosts.map(|host| format!("https://{host}.{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_hosts_of_its_own() {
        let hosts = |partition, region| {
            let endpoints = Endpoints::parse(partition, region, []).unwrap();
            endpoints.check().unwrap();
            [endpoints.iam, endpoints.sts, endpoints.organizations, endpoints.eps]
                .map(|url| url.host_str().unwrap().to_owned())
        };
        let international = [
            "iam.ap-southeast-3.myhuaweicloud.com",
            "sts.ap-southeast-3.myhuaweicloud.com",
            "organizations.myhuaweicloud.com",
            "eps.myhuaweicloud.com",
        ];
        assert_eq!(hosts(Partition::International, Some("ap-southeast-3")), international);
        assert_eq!(hosts(Partition::Europe, None)[0], "iam.eu-west-101.myhuaweicloud.eu");
        assert_eq!(hosts(Partition::Europe, None)[3], "eps.eu-west-101.myhuaweicloud.eu");
        assert_eq!(hosts(Partition::China, None)[3], "eps.myhuaweicloud.cn");
        assert_eq!(Partition::from_name("eu"), Some(Partition::Europe));
    }

    #[test]
    fn a_region_is_no_way_to_another_host() {
        for region in ["evil.example/", "x@evil.example", "evil.example#", "a b", "a\\b", "", "a.b"] {
            assert!(Endpoints::parse(Partition::China, Some(region), []).is_err(), "{region}");
        }
        assert!(Endpoints::parse(Partition::China, Some("cn-north-4"), []).is_ok());
    }

    #[test]
    fn keys_are_not_sent_in_the_clear_but_to_this_machine() {
        let parse = |address| Endpoints::parse(Partition::default(), None, [("sts", address)]);
        assert_eq!(parse("http://127.0.0.1:8080").unwrap().sts.port(), Some(8080));
        assert!(parse("http://sts.ap-southeast-1.myhuaweicloud.com").is_err());
        let error = Endpoints::parse(Partition::default(), None, [("smn", "https://a.example")]).unwrap_err();
        assert!(error.to_string().contains("`smn`"), "{error}");
    }
}
