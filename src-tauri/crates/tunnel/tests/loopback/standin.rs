//! What truly lives on the internet, replayed: a shell script stands in for the program and prints what was recorded of the
//! real one, colours, carriage returns and error lines included. That the address works is the test's own doing here:
//! every name leads to the door.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use afterchat_tunnel::{BUNDLED, Cloudflared, Program, Service, Ssh, State};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::house::{Everywhere, House, PATIENCE};

async fn house() -> House {
    House::with(|door| Arc::new(Everywhere(door))).await
}

/// A program that prints this and then goes on, or ends with a failure.
fn script(house: &House, name: &str, prints: &str, then: &str) -> PathBuf {
    let folder = house.folder.path();
    std::fs::write(folder.join(format!("{name}.txt")), prints).unwrap();
    let file = folder.join(name);
    let text = format!(
        "#!/bin/sh\necho \"$@\" > '{0}/{name}.args'\ncat '{0}/{name}.txt' >&2\n{then}\n",
        folder.display()
    );
    std::fs::write(&file, text).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    file
}

const GOES_ON: &str = "exec sleep 600";

fn cloudflared(house: &House, program: &Path) -> Cloudflared {
    Cloudflared {
        named: None,
        http2: false,
        folder: house.folder.path().join("tunnel"),
        program: program.display().to_string(),
    }
}

fn ssh(house: &House, service: Service, program: &Path) -> Ssh {
    Ssh { service, folder: house.folder.path().join("tunnel"), program: program.display().to_string() }
}

const CLOUDFLARED: &str = "\
2026-03-01T10:00:00Z INF Thank you for trying Cloudflare Tunnel. Doing so, without a Cloudflare account, is a quick way to experiment and try it out. However, be aware that these account-less Tunnels have no uptime guarantee, are subject to the Cloudflare Online Services Terms of Use (https://www.cloudflare.com/website-terms/), and Cloudflare reserves the right to investigate your use of Tunnels for violations of such terms. If you intend to use Tunnels in production you should use a pre-created named tunnel by following: https://developers.cloudflare.com/cloudflare-one/connections/connect-apps\r
2026-03-01T10:00:00Z INF Requesting new quick Tunnel on trycloudflare.com...
2026-03-01T10:00:03Z INF +--------------------------------------------------------------------------------------------+
2026-03-01T10:00:03Z INF |  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |
2026-03-01T10:00:03Z INF |  https://hopes-mason-tulsa-basic.trycloudflare.com                                         |
2026-03-01T10:00:03Z INF +--------------------------------------------------------------------------------------------+
2026-03-01T10:00:03Z INF Registered tunnel connection connIndex=0 connection=8a1 event=0 ip=198.41.200.13 location=prg01 protocol=quic
";

#[tokio::test(flavor = "multi_thread")]
async fn cloudflared_s_address_is_found_between_its_other_links() {
    let house = house().await;
    let program = script(&house, "cloudflared", CLOUDFLARED, GOES_ON);
    house.start(cloudflared(&house, &program));
    let reachable = house.state(State::Reachable).await;
    assert_eq!(reachable.url.unwrap().as_str(), "https://hopes-mason-tulsa-basic.trycloudflare.com/");
    assert!(
        house.lines().iter().any(|line| line.contains("Registered tunnel connection")),
        "its log is to be read"
    );
    let args = std::fs::read_to_string(house.folder.path().join("cloudflared.args")).unwrap();
    assert!(
        args.starts_with("tunnel --no-autoupdate --config ") && args.contains("--metrics 127.0.0.1:"),
        "{args}"
    );
}

/// Others took the address of the service's own interface, out of an error line, for the tunnel's.
#[tokio::test(flavor = "multi_thread")]
async fn cloudflared_s_error_lines_name_no_address() {
    let failures = [
        (
            "2026-03-01T10:00:00Z ERR Error unmarshaling QuickTunnel response: error code: 1015 error=\"invalid character 'e' looking for beginning of value\" status_code=\"429 Too Many Requests\"\nfailed to unmarshal quick Tunnel: invalid character 'e' looking for beginning of value\n",
            "rate_limited",
        ),
        (
            "failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": dial tcp: lookup api.trycloudflare.com: i/o timeout\n",
            "unreachable",
        ),
        (
            "failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)\n",
            "unreachable",
        ),
    ];
    for (prints, code) in failures {
        let house = house().await;
        let program = script(&house, "cloudflared", prints, "exit 1");
        house.start(cloudflared(&house, &program));
        let failed = house.state(State::Degraded).await;
        assert_eq!((failed.url, failed.trouble.map(|trouble| trouble.code)), (None, Some(code)), "{prints}");
        house.until("is tried again", |status| status.generation > 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cloudflared_is_asked_for_its_address_and_its_connection() {
    let house = house().await;
    let program =
        script(&house, "cloudflared", "2026-03-01T10:00:00Z INF Starting metrics server\n", GOES_ON);
    house.start(cloudflared(&house, &program));
    let args = house.folder.path().join("cloudflared.args");
    let deadline = Instant::now() + PATIENCE;
    let metrics = loop {
        let said = std::fs::read_to_string(&args).unwrap_or_default();
        if let Some((_, rest)) = said.split_once("--metrics ") {
            break rest.split_whitespace().next().unwrap().to_owned();
        }
        assert!(Instant::now() < deadline, "it is told where to answer");
        tokio::task::yield_now().await;
    };
    // The script cannot answer, so the test does in its place.
    let listener = TcpListener::bind(&metrics).await.unwrap();
    let (ready, mut answered) = tokio::sync::watch::channel(true);
    tokio::spawn(async move {
        let mut asked = 0;
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let read = socket.read(&mut request).await.unwrap();
            let answer = if request[..read].starts_with(b"GET /quicktunnel") {
                "HTTP/1.1 200 OK\r\nContent-Length: 53\r\n\r\n{\"hostname\":\"told-by-metrics-only.trycloudflare.com\"}"
            } else {
                asked += 1;
                // Once the edge is gone; the next look finds it again.
                if asked == 3 {
                    ready.send_replace(false);
                    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
                } else {
                    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                }
            };
            let _sent = socket.write_all(answer.as_bytes()).await;
        }
    });
    let mut states = house.supervisor.status();
    let reachable = house.state(State::Reachable).await;
    assert_eq!(reachable.url.unwrap().as_str(), "https://told-by-metrics-only.trycloudflare.com/");
    timeout(PATIENCE, answered.wait_for(|ready| !ready)).await.expect("it is asked again").unwrap();
    let lost = timeout(
        PATIENCE,
        states.wait_for(|status| status.trouble.as_ref().is_some_and(|it| it.code == "lost")),
    );
    lost.await.expect("the lost edge is told").unwrap();
    house.state(State::Reachable).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_services_over_ssh_name_their_address_among_their_words() {
    let run = "\
\r
===============================================================================\r
Welcome to localhost.run!\r
\r
Follow your favourite reverse tunnel at [https://twitter.com/localhost_run].\r
\r
To set up and manage custom domains go to https://admin.localhost.run/\r
More details on custom domains (and how to enable subdomains of your custom\r
domain) at https://localhost.run/docs/custom-domains\r
===============================================================================\r
\r
** your connection id is 5c0f6bcc-aaaa-4e9e-8f2e-3a0d63f6dd6e, please mention it if you send me a message about an issue. **\r
\r
\x1b[0;32m2f3a9c1b4d5e6f.lhr.life tunneled with tls termination, https://2f3a9c1b4d5e6f.lhr.life\x1b[0m\r
create an account and add your key for a longer lasting domain name. see https://localhost.run/docs/forever-free/ for more information.\r
";
    let pinggy = "\
Allocated port 4 for remote forward to 127.0.0.1:4790\r
You are not authenticated.\r
Your tunnel will expire in 60 minutes. Upgrade to Pinggy Pro to get unrestricted tunnels. https://dashboard.pinggy.io\r
\r
http://rnvpz-93-184-216-34.a.free.pinggy.link\r
https://rnvpz-93-184-216-34.a.free.pinggy.link\r
";
    let table = [
        (Service::LocalhostRun, run, "https://2f3a9c1b4d5e6f.lhr.life/"),
        (Service::Pinggy { token: None }, pinggy, "https://rnvpz-93-184-216-34.a.free.pinggy.link/"),
    ];
    for (service, prints, expected) in table {
        let house = house().await;
        let program = script(&house, "ssh", prints, GOES_ON);
        house.start(ssh(&house, service, &program));
        let reachable = house.state(State::Reachable).await;
        assert_eq!(reachable.url.unwrap().as_str(), expected);
    }
}

/// localhost.run gives another name to a running session after some hours; Pinggy's free tunnels end after one.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_changes_is_announced_until_it_is_used() {
    let house = house().await;
    let gate = house.folder.path().join("gate");
    let then = format!(
        "while [ ! -e '{0}' ]; do sleep 0.05; done\necho 'b.lhr.life tunneled with tls termination, https://b.lhr.life'\nexec sleep 600",
        gate.display()
    );
    let program =
        script(&house, "ssh", "a.lhr.life tunneled with tls termination, https://a.lhr.life\n", &then);
    house.start(ssh(&house, Service::LocalhostRun, &program));
    house.state(State::Reachable).await;
    std::fs::write(gate, "").unwrap();
    let changed = house.state(State::Changed).await;
    assert_eq!(changed.url.as_ref().unwrap().as_str(), "https://b.lhr.life/");
    assert_eq!(changed.changed_from().unwrap().as_str(), "https://a.lhr.life/");
    house.supervisor.delivered(Some("b.lhr.life".to_owned()));
    house.state(State::Reachable).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bundled_programs_are_understood_and_their_refusals_told() {
    let table = [
        (
            "ngrok",
            "t=2026-03-01T10:00:00+0000 lvl=info msg=\"no configuration paths supplied\"\nt=2026-03-01T10:00:00+0000 lvl=info msg=\"started tunnel\" obj=tunnels name=command_line addr=http://localhost:4790 url=https://1a2b-93.ngrok-free.app\n",
            GOES_ON,
            Ok("https://1a2b-93.ngrok-free.app/"),
        ),
        (
            "ngrok",
            "ERROR:  authentication failed: Usage of ngrok requires a verified account and authtoken.\nERROR:  Sign up for an account: https://dashboard.ngrok.com/signup\nERROR:  Install your authtoken: https://dashboard.ngrok.com/get-started/your-authtoken\nERROR:  ERR_NGROK_4018\n",
            "exit 1",
            Err("auth_refused"),
        ),
        (
            "tailscale",
            "Available on the internet:\n\nhttps://desk.tail1234.ts.net/\n|-- proxy http://127.0.0.1:4790\n\nPress Ctrl+C to exit.\n",
            GOES_ON,
            Ok("https://desk.tail1234.ts.net/"),
        ),
        (
            "tailscale",
            "Funnel is not enabled on your tailnet.\nTo enable, visit:\n\n         https://login.tailscale.com/f/funnel?node=nXYZ\n",
            "exit 1",
            Err("auth_refused"),
        ),
        (
            "zrok",
            "{\"level\":\"info\",\"msg\":\"access your zrok share at the following endpoints:\\n https://k3x9m2.share.zrok.io\"}\n",
            GOES_ON,
            Ok("https://k3x9m2.share.zrok.io/"),
        ),
        (
            "devtunnel",
            "Hosting port: 4790\nConnect via browser: https://p9x2k1.devtunnels.ms:4790, https://p9x2k1-4790.euw.devtunnels.ms\nInspect network activity: https://p9x2k1-4790-inspect.euw.devtunnels.ms\nReady to accept connections for tunnel: calm-hill-abc123\n",
            GOES_ON,
            Ok("https://p9x2k1-4790.euw.devtunnels.ms/"),
        ),
        (
            "frp",
            "\x1b[1;34m2026-03-01 10:00:00.000 [I] [client/service.go:331] login to server success, get run id [abc]\x1b[0m\n2026-03-01 10:00:00.100 [I] [client/control.go:172] [abc] [afterchat] start proxy success\n",
            GOES_ON,
            Ok("https://hooks.example/"),
        ),
        (
            "frp",
            "2026-03-01 10:00:00.000 [W] [client/service.go:132] login to server failed: token in login doesn't match token from configuration\n",
            "exit 1",
            Err("auth_refused"),
        ),
    ];
    for (id, prints, then, expected) in table {
        let house = house().await;
        let known = BUNDLED.iter().find(|known| known.id == id).unwrap();
        let program = script(&house, id, prints, then);
        let command = known.command.split_once(' ').unwrap().1;
        let command = format!("'{}' {command}", program.display());
        let public = known.url.is_empty().then(|| "https://hooks.example".parse().unwrap());
        let folder = house.folder.path().join("tunnel");
        house.start(Program::new(&command, known.url, known.ready, public, Some(known), folder).unwrap());
        match expected {
            Ok(url) => assert_eq!(house.state(State::Reachable).await.url.unwrap().as_str(), url, "{id}"),
            Err(code) => assert_eq!(house.fails_for_good().await.0, code, "{id}"),
        }
        let args = std::fs::read_to_string(house.folder.path().join(format!("{id}.args"))).unwrap();
        assert!(args.contains(&house.door.port().to_string()) && !args.contains("{port}"), "{args}");
    }
}

/// Others read a program's output only until its address came, and it stalled when the pipe was full.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_never_stops_talking_never_stalls() {
    let house = house().await;
    let done = house.folder.path().join("done");
    let talks = format!(
        "yes 'a line of a talkative program' | head -c 3000000\nyes 'and one on standard error' | head -c 3000000 >&2\ntouch '{}'\nexec sleep 600",
        done.display()
    );
    let program = script(&house, "tool", "at https://a.example\n", &talks);
    let command = format!("'{}' {{port}}", program.display());
    house.start(
        Program::new(&command, r"at (https://\S+)", "", None, None, house.folder.path().into()).unwrap(),
    );
    let deadline = Instant::now() + PATIENCE;
    while !done.exists() {
        assert!(Instant::now() < deadline, "all of its output is taken");
        tokio::task::yield_now().await;
    }
    house.state(State::Reachable).await;
    assert!(house.lines().len() <= 300, "and little of it kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_does_not_go_when_asked_is_made_to_with_its_children() {
    let house = house().await;
    let pids = house.folder.path().join("pids");
    // It tells its address once it and its child are deaf to being asked.
    let stubborn = format!(
        "trap '' TERM\n(trap '' TERM; echo $$ >> '{0}'; while :; do sleep 600; done) &\necho $! >> '{0}'\n\
         until [ \"$(wc -l < '{0}')\" -ge 2 ]; do sleep 0.01; done\necho 'at https://a.example'\nwhile :; do sleep 600; done",
        pids.display()
    );
    let program = script(&house, "tool", "", &stubborn);
    let command = format!("'{}' {{port}}", program.display());
    house.start(
        Program::new(&command, r"at (https://\S+)", "", None, None, house.folder.path().into()).unwrap(),
    );
    house.state(State::Reachable).await;
    let asked = Instant::now();
    house.supervisor.stop().await;
    let took = asked.elapsed();
    assert!(
        took > Duration::from_secs(4) && took < Duration::from_secs(20),
        "it is given five seconds: {took:?}"
    );
    let pids = std::fs::read_to_string(pids).unwrap();
    assert!(pids.lines().count() >= 2, "{pids}");
    for pid in pids.lines() {
        assert!(!alive(pid), "{pid} of {pids:?} is gone when stop returns");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_ends_is_told_with_its_last_words_and_without_secrets() {
    let house = house().await;
    house.supervisor.log().hide(["tok-4711".to_owned()]);
    let program = script(&house, "tool", "one\ntwo\nthree\ncannot log in with tok-4711\n", "exit 3");
    let command = format!("'{}'", program.display());
    house.start(Program::new(&command, "https://x", "", None, None, house.folder.path().into()).unwrap());
    let failed = house.state(State::Degraded).await.trouble.unwrap();
    assert_eq!(failed.detail, "The program ended (exit status: 3). two · three · cannot log in with …");
    let missing =
        Program::new("no-such-program-4711", "https://x", "", None, None, house.folder.path().into());
    house.start_anew(missing.unwrap()).await;
    assert_eq!(house.fails_for_good().await.0, "program_missing");
}

fn alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, behind)| !behind.trim_start().starts_with(['Z', 'X']))
}
