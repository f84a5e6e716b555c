//! Debian's sshd as a private process: its own keys, its own configuration, a free port of loopback, nothing of the system's.

use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// Debian's place; it must be called by its whole path.
const SSHD: &str = "/usr/sbin/sshd";

pub(crate) struct Sshd {
    pub(crate) port: u16,
    folder: PathBuf,
    child: Child,
}

/// A port that nobody has at the moment.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Sshd {
    /// With a host key of its own, letting in `client_key` of the folder with these restrictions.
    pub(crate) fn start(folder: &Path, restrictions: &str) -> Self {
        let folder = folder.join("sshd");
        std::fs::create_dir_all(&folder).unwrap();
        let port = free_port();
        make_key(&folder.join("host_key"));
        make_key(&folder.join("client_key"));
        make_key(&folder.join("stranger_key"));
        let public = std::fs::read_to_string(folder.join("client_key.pub")).unwrap();
        std::fs::write(folder.join("authorized_keys"), format!("{restrictions} {public}")).unwrap();
        let at = |name: &str| folder.join(name).display().to_string();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile {}\n\
             StrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
             PermitRootLogin yes\nAllowTcpForwarding yes\nGatewayPorts no\nLogLevel VERBOSE\n",
            at("host_key"),
            at("authorized_keys"),
            at("pid")
        );
        std::fs::write(folder.join("sshd_config"), config).unwrap();
        let child = launch(&folder);
        let sshd = Self { port, folder, child };
        sshd.wait_until_open();
        sshd
    }

    pub(crate) fn key(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Ends it with all its sessions and starts it anew on the same port, with another host key if wished.
    pub(crate) fn restart(&mut self, new_key: bool) {
        self.kill(Signal::KILL);
        self.child.wait().unwrap();
        if new_key {
            std::fs::remove_file(self.folder.join("host_key")).unwrap();
            std::fs::remove_file(self.folder.join("host_key.pub")).unwrap();
            make_key(&self.folder.join("host_key"));
        }
        self.child = launch(&self.folder);
        self.wait_until_open();
    }

    /// Stops or wakes the server and its sessions as they are.
    pub(crate) fn kill(&self, signal: Signal) {
        // Every session is a group of its own below the one server.
        for group in self.groups() {
            let _gone = kill_process_group(group, signal);
        }
    }

    fn groups(&self) -> Vec<Pid> {
        let mut family = vec![self.child.id()];
        let mut at = 0;
        while let Some(parent) = family.get(at).copied() {
            family.extend(children(parent));
            at += 1;
        }
        family.iter().filter_map(|id| Pid::from_raw(i32::try_from(*id).unwrap())).collect()
    }

    fn wait_until_open(&self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let said = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "sshd opens its port; it says: {said}");
            std::thread::yield_now();
        }
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.kill(Signal::CONT);
        self.kill(Signal::KILL);
        let _reaped = self.child.wait();
    }
}

fn launch(folder: &Path) -> Child {
    assert!(
        Path::new(SSHD).exists(),
        "these tests need Debian's openssh-server; `cargo xtask test` installs it"
    );
    // It leaves its rights there when it is started by root, and starts without only where it is not.
    let _exists_or_not_root = std::fs::create_dir_all("/run/sshd");
    let log = std::fs::File::create(folder.join("log")).unwrap();
    let mut sshd = Command::new(SSHD);
    sshd.args(["-D", "-e", "-f"]).arg(folder.join("sshd_config")).process_group(0);
    sshd.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

fn make_key(file: &Path) {
    let mut keygen = Command::new("ssh-keygen");
    let made = keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(file).status().unwrap();
    assert!(made.success(), "ssh-keygen makes a key");
}

fn children(parent: u32) -> Vec<u32> {
    let file = format!("/proc/{parent}/task/{parent}/children");
    let said = std::fs::read_to_string(file).unwrap_or_default();
    said.split_whitespace().map(|id| id.parse().unwrap()).collect()
}
