//! The program people start. Everything but the choice of the environment is in the library.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

fn main() -> anyhow::Result<()> {
    #[cfg(target_os = "linux")]
    renderer::start_again_if_it_would_stay_blank()?;
    afterchat_desktop::run()
}

/// WebKitGTK draws nothing on many machines with NVIDIA's driver unless its DMABUF renderer is off.
#[cfg(target_os = "linux")]
mod renderer {
    use std::os::unix::process::CommandExt as _;

    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

    /// The variable must stand before any thread starts, so the process replaces itself once.
    pub(super) fn start_again_if_it_would_stay_blank() -> std::io::Result<()> {
        if std::env::var_os(SWITCH).is_some() || !has_nvidia_driver() {
            return Ok(());
        }
        let program = std::env::current_exe()?;
        Err(std::process::Command::new(program).args(std::env::args_os().skip(1)).env(SWITCH, "1").exec())
    }

    fn has_nvidia_driver() -> bool {
        std::fs::read_to_string("/proc/modules")
            .is_ok_and(|modules| modules.lines().any(|line| line.starts_with("nvidia")))
    }
}
