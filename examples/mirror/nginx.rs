//! A real nginx, in the foreground, on a free port, with all its files in a temporary folder.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use sealwire_examples::Result;
use tempfile::TempDir;

const CONFIG: &str = include_str!("nginx.conf");

/// How to get it.
pub(crate) const MISSING: &str = "nginx is missing; on Debian, `apt-get install nginx` has it";

/// How long it may take to start, and to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// A running nginx, which is ended when this is dropped.
pub(crate) struct Nginx {
    program: PathBuf,
    process: Child,
    pub(crate) folder: TempDir,
    pub(crate) address: SocketAddr,
    /// What a client pins.
    pub(crate) certificate: String,
}

/// What nginx wrote down.
#[derive(Debug)]
pub(crate) struct Logs {
    pub(crate) access: String,
    pub(crate) errors: String,
}

/// Where nginx is, if it is there. Debian puts it into a folder that only root has in its `PATH`.
pub(crate) fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join("nginx"))
        .find(|program| program.is_file())
}

impl Nginx {
    /// Starts it in front of `upstream`.
    pub(crate) fn start(upstream: SocketAddr) -> Result<Self> {
        let program = find().ok_or(MISSING)?;
        // Between our finding a free port and nginx taking it, somebody else may have taken it.
        let mut last = None;
        for _ in 0..5 {
            let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
            match Self::try_start(&program, address, upstream) {
                Ok(nginx) => return Ok(nginx),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| "nginx was not started".into()))
    }

    /// Starts it at this address.
    pub(crate) fn try_start(
        program: &Path,
        address: SocketAddr,
        upstream: SocketAddr,
    ) -> Result<Self> {
        let folder = TempDir::with_prefix("sealwire-mirror-")?;
        let certificate = write_certificate(folder.path())?;
        let config = CONFIG
            .replace("{folder}", &folder.path().to_string_lossy())
            .replace("{address}", &address.to_string())
            .replace("{upstream}", &upstream.to_string());
        fs::write(folder.path().join("nginx.conf"), config)?;
        let process = command(program, folder.path()).spawn()?;
        let program = program.to_owned();
        let mut nginx = Self { program, process, folder, address, certificate };
        nginx.wait_until_it_listens()?;
        Ok(nginx)
    }

    /// It writes its process id down as soon as it listens. That somebody does would not say that
    /// it is our nginx.
    fn wait_until_it_listens(&mut self) -> Result<()> {
        let pid = format!("{}\n", self.process.id());
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.process.try_wait()? {
                let errors = self.read("error.log").unwrap_or_default();
                return Err(format!("nginx: {status}: {errors}").into());
            }
            if self.read("nginx.pid").is_ok_and(|written| written == pid) {
                return Ok(());
            }
            sleep(Duration::from_millis(10));
        }
        Err("nginx does not listen".into())
    }

    /// Ends it, so that all that it logged is on disk, and answers that.
    pub(crate) fn stop(self) -> Result<Logs> {
        self.stop_within(PATIENCE)
    }

    /// Lets it finish what it is about for so long, and kills it then.
    pub(crate) fn stop_within(mut self, patience: Duration) -> Result<Logs> {
        let quit = command(&self.program, self.folder.path())
            .args(["-s", "quit"])
            .stderr(Stdio::piped())
            .output()?;
        if !quit.status.success() {
            let errors = String::from_utf8_lossy(&quit.stderr);
            return Err(format!("nginx -s quit: {}: {errors}", quit.status).into());
        }
        if self.ends_within(patience)?.is_none() {
            self.process.kill()?;
            self.process.wait()?;
        }
        Ok(Logs { access: self.read("access.log")?, errors: self.read("error.log")? })
    }

    fn ends_within(&mut self, patience: Duration) -> Result<Option<ExitStatus>> {
        let start = Instant::now();
        loop {
            let status = self.process.try_wait()?;
            if status.is_some() || start.elapsed() >= patience {
                return Ok(status);
            }
            sleep(Duration::from_millis(10));
        }
    }

    /// One of the files that it wrote.
    fn read(&self, name: &str) -> std::io::Result<String> {
        fs::read_to_string(self.folder.path().join(name))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Both fail if it has ended, which is all that is wanted.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Its first lines of complaint would go to the folder that was compiled in, but for `-e`.
fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("-p").arg(folder).arg("-e").arg(folder.join("error.log"));
    command.arg("-c").arg(folder.join("nginx.conf")).stdin(Stdio::null()).stderr(Stdio::null());
    command
}

/// A certificate that nobody but who pins it has reason to trust.
fn write_certificate(folder: &Path) -> Result<String> {
    let certified = rcgen::generate_simple_self_signed(["shop.example".to_owned()])?;
    let certificate = certified.cert.pem();
    fs::write(folder.join("certificate.pem"), &certificate)?;
    fs::write(folder.join("key.pem"), certified.signing_key.serialize_pem())?;
    Ok(certificate)
}
