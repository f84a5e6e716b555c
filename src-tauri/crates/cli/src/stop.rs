//! Waiting to be asked to stop.

/// Resolves when the terminal or the system asks the program to stop. It listens from the moment of the call: who makes it
/// before telling anybody that the program runs misses nothing. Needs a tokio runtime.
#[cfg(unix)]
pub(crate) fn stop_requested() -> impl Future<Output = std::io::Result<()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        let (mut interrupt, mut terminate) = (interrupt?, terminate?);
        tokio::select! {
            _ = interrupt.recv() => Ok(()),
            _ = terminate.recv() => Ok(()),
        }
    }
}

/// Resolves when the terminal or the system asks the program to stop.
#[cfg(not(unix))]
pub(crate) fn stop_requested() -> impl Future<Output = std::io::Result<()>> {
    tokio::signal::ctrl_c()
}
