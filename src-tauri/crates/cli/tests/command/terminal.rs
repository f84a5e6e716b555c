//! A real terminal of the system, and what stands on its screen.

use std::io::{Read as _, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, channel};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::program::{Bench, PATIENCE};

const SIZE: PtySize = PtySize { rows: 24, cols: 110, pixel_width: 0, pixel_height: 0 };

fn letters(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a screen has letters")
}

/// A program on a terminal of its own; it is ended with the test.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    written: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// Everything the program wrote, for what no screen shows.
    pub(crate) all: Vec<u8>,
    _terminal: Box<dyn MasterPty + Send>,
}

impl Terminal {
    pub(crate) fn start(bench: &Bench, arguments: &[&str]) -> Self {
        let pair = native_pty_system().openpty(SIZE).expect("the system gives a terminal");
        let plain = bench.command(arguments);
        let mut command = CommandBuilder::new(plain.get_program());
        command.args(plain.get_args());
        command.cwd(plain.get_current_dir().expect("a bench runs in its folder"));
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            }
        }
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let mut reader = pair.master.try_clone_reader().expect("the terminal can be read");
        let keys = pair.master.take_writer().expect("the terminal can be written");
        let (sender, written) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let screen = vt100::Parser::new(letters(SIZE.rows), letters(SIZE.cols), 0);
        Self { child, keys, written, screen, all: Vec::new(), _terminal: pair.master }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("keys arrive");
    }

    /// Waits until the screen is as wanted, and gives it back.
    #[track_caller]
    pub(crate) fn until(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        loop {
            let text = self.screen.screen().contents();
            if wanted(&text) {
                return text;
            }
            match self.written.recv_timeout(PATIENCE) {
                Ok(bytes) => {
                    self.screen.process(&bytes);
                    self.all.extend(bytes);
                }
                Err(_) => panic!("this was on the screen to the end:\n{text}"),
            }
        }
    }

    /// Waits until this stands on the screen.
    #[track_caller]
    pub(crate) fn shows(&mut self, text: &str) -> String {
        self.until(|screen| screen.contains(text))
    }

    /// Waits until the program has ended, and tells how.
    pub(crate) fn ended(&mut self) -> u32 {
        while let Ok(bytes) = self.written.recv_timeout(PATIENCE) {
            self.screen.process(&bytes);
            self.all.extend(bytes);
        }
        self.child.wait().expect("the program ends").exit_code()
    }

    /// True when the program has given the terminal back: the first screen is shown again, with its cursor.
    pub(crate) fn was_given_back(&self) -> bool {
        let screen = self.screen.screen();
        !screen.alternate_screen() && !screen.hide_cursor()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
