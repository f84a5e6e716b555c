//! What the program says of itself, on standard error. Never a body and never a token.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// `AFTERCHAT_LOG` takes the usual filter, such as `debug` or `afterchat_listener=trace`.
pub(crate) fn start() {
    let filter =
        EnvFilter::try_from_env("AFTERCHAT_LOG").unwrap_or_else(|_| EnvFilter::new("warn,afterchat=info"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).init();
}
