//! What is asked and answered about the tunnel.

use afterchat_relay::history::Secret;
use afterchat_transcript::Instant;
use afterchat_tunnel as tunnel;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How the tunnel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TunnelState {
    /// Nobody started it, somebody stopped it, or it ended for a reason that starting again does not mend.
    Stopped,
    /// It was started and has no public address yet.
    Starting,
    /// It has one. Whether that leads here is being proved.
    Assigned,
    /// A question went out through the public address and was answered by our own door.
    Reachable,
    /// The same, but the address is another one than services were given, and nothing was delivered on it yet.
    Changed,
    /// It ought to work and does not; it is being mended.
    Degraded,
}

/// Whether the public address is the same after the next start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TunnelAddress {
    /// It stays.
    Stays,
    /// It stays with an account, and changes without one.
    StaysWithAccount,
    /// Each start brings another.
    Changes,
}

/// Where the encryption of a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TunnelEncryption {
    /// At a proxy on one's own server.
    OwnServer,
    /// At the company that runs the service.
    Service,
    /// On this machine.
    ThisMachine,
    /// There is none.
    None,
    /// That depends on what stands behind the address.
    Unknown,
}

/// Who else can read what services post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TunnelReaders {
    /// Nobody but oneself.
    Nobody,
    /// The company that runs the service.
    Service,
    /// Everybody on the way.
    Everybody,
    /// That depends on what stands behind the address.
    Unknown,
}

/// What somebody must have to use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TunnelAccount {
    /// Nothing.
    None,
    /// Nothing, but an account gives more.
    Optional,
    /// An account of the service.
    Needed,
    /// A server of one's own.
    OwnServer,
}

macro_rules! same {
    ($theirs:path => $ours:path { $($name:ident),* $(,)? }) => {
        impl From<$theirs> for $ours {
            fn from(theirs: $theirs) -> Self {
                match theirs { $(<$theirs>::$name => Self::$name,)* }
            }
        }
    };
}

same!(tunnel::State => TunnelState { Stopped, Starting, Assigned, Reachable, Changed, Degraded });
same!(tunnel::Address => TunnelAddress { Stays, StaysWithAccount, Changes });
same!(tunnel::Encryption => TunnelEncryption { OwnServer, Service, ThisMachine, None, Unknown });
same!(tunnel::Readers => TunnelReaders { Nobody, Service, Everybody, Unknown });
same!(tunnel::Account => TunnelAccount { None, Optional, Needed, OwnServer });

/// A field of a tunnel's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TunnelField {
    /// The server.
    Server,
    /// The port of its SSH server.
    SshPort,
    /// The file of the private key.
    Key,
    /// The address on the server that listens.
    Bind,
    /// The public port.
    RemotePort,
    /// The public address.
    PublicUrl,
    /// The command line.
    Command,
    /// What the address looks like.
    UrlPattern,
    /// What says that it works.
    ReadyPattern,
    /// Over TCP instead of QUIC.
    Http2,
    /// A token or secret.
    Secret,
}

contract! {
    /// What is entered for a kind of tunnel. Each kind uses a few of these.
    #[derive(Default)]
    TunnelFields {
        /// SSH: `user@host`. bore: the server, with its control port behind a colon if it is not 7835.
        #[serde(default)]
        server: String,
        /// The port of the SSH server; absent for 22 or what the account's configuration says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ssh_port: Option<u16>,
        /// The file of the private key; empty for the account's own keys.
        #[serde(default)]
        key: String,
        /// The address on the server that listens: `127.0.0.1` behind a proxy, `*` for everybody.
        #[serde(default)]
        bind: String,
        /// The public port; 0 or absent takes any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remote_port: Option<u16>,
        /// The public address, where only a person can know it.
        #[serde(default)]
        public_url: String,
        /// A program's command line; `{port}` stands for the port of the door.
        #[serde(default)]
        command: String,
        /// A regular expression that finds the address in what the program prints.
        #[serde(default)]
        url_pattern: String,
        /// A regular expression that finds the line which says that it works.
        #[serde(default)]
        ready_pattern: String,
        /// Over TCP instead of QUIC, where UDP is blocked.
        #[serde(default)]
        http2: bool,
    }

    /// A kind of tunnel.
    TunnelKind {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
        /// Whether its address stays.
        address: TunnelAddress,
        /// Where encryption ends.
        encryption: TunnelEncryption,
        /// Who can read the requests.
        readers: TunnelReaders,
        /// What somebody must have.
        account: TunnelAccount,
        /// The fields that it uses.
        takes: Vec<TunnelField>,
        /// What is entered, or the defaults.
        fields: TunnelFields,
        /// The end of the token or secret that is set.
        #[serde(skip_serializing_if = "Option::is_none")]
        secret_ending: Option<String>,
        /// The program that it starts.
        #[serde(skip_serializing_if = "Option::is_none")]
        program: Option<String>,
        /// Whether that program is there.
        installed: bool,
    }

    /// How the tunnel is, for the status line.
    TunnelStatus {
        /// How it is.
        state: TunnelState,
        /// The kind that runs, or ran last.
        #[serde(skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
        /// The public address, without a path.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// Since when it is so.
        since: Instant,
        /// When a question last came back.
        #[serde(skip_serializing_if = "Option::is_none")]
        proved_at: Option<Instant>,
        /// Why it is not as it should be.
        #[serde(skip_serializing_if = "Option::is_none")]
        trouble: Option<crate::Failure>,
        /// When it is tried again.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_at: Option<Instant>,
        /// The address that services were given, when it is another one.
        #[serde(skip_serializing_if = "Option::is_none")]
        changed_from: Option<String>,
        /// The door that the tunnel leads to, while it is open.
        #[serde(skip_serializing_if = "Option::is_none")]
        door: Option<String>,
    }

    /// A line of what the tunnel said.
    TunnelLine {
        /// When.
        at: Instant,
        /// What.
        text: String,
    }

    /// Everything about the tunnel.
    TunnelAnswer {
        /// How it is.
        status: TunnelStatus,
        /// Every kind.
        kinds: Vec<TunnelKind>,
        /// The last lines of what it said, oldest first.
        log: Vec<TunnelLine>,
    }

    /// What to enter for a kind.
    TunnelEntry {
        /// The kind's id.
        kind: String,
        /// All of its fields.
        fields: TunnelFields,
        /// The token or secret; absent leaves the one that is set, empty takes it out.
        #[serde(default)]
        #[ts(as = "Option<String>")]
        secret: Option<Secret>,
    }

    /// Which tunnel to start.
    TunnelStart {
        /// The kind's id.
        kind: String,
    }
}
