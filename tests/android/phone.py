"""Runs the package's own byte code without a phone: translated to Java's by enjarify, on stand-ins for Android's classes.

The Java machine verifies every method before it runs it (``-Xverify:all``), as Android does: a register of the wrong kind
in the hand-written smali would be refused by either.
"""

import shutil
import subprocess
from pathlib import Path

TOOLS = {"enjarify": "enjarify", "javac": "default-jdk-headless", "java": "default-jdk-headless"}
MISSING = sorted({package for tool, package in TOOLS.items() if shutil.which(tool) is None})

# Class → what stands after its name. Everything noticed is told to phone.Phone.
STAND_INS = {
    "phone.Phone": """{
        public static java.util.List<String> said = new java.util.ArrayList<>();
        public static boolean hasCamera = true, hasDialler = true, hasHistory = false;
        public static java.io.File cache;
    }""",
    "android.os.Bundle": "{}",
    "android.view.View": "{}",
    "android.graphics.Bitmap": "{}",
    "android.content.ContentValues": "{}",
    "android.webkit.WebBackForwardList": "{}",
    "android.os.Build": "{ public static class VERSION { public static int SDK_INT = 33; } }",
    "android.os.ParcelFileDescriptor": """{
        public static int parseMode(String mode) { return mode.equals("w") ? 1 : 0; }
        public static ParcelFileDescriptor open(java.io.File file, int mode) {
            phone.Phone.said.add("file " + file.getParentFile().equals(phone.Phone.cache) + " " + file.getName().matches("photo-[0-9]+.jpg"));
            return new ParcelFileDescriptor();
        }
    }""",
    # As AOSP's Uri.StringUri: the scheme ends at the first colon, the authority at the first of / \\ ? #.
    "android.net.Uri": """implements android.os.Parcelable {
        private final String text;
        public Uri(String text) { this.text = text; }
        public static Uri parse(String text) { return new Uri(text); }
        public String getScheme() { int at = text.indexOf(':'); return at < 0 ? null : text.substring(0, at); }
        public String getEncodedAuthority() {
            int at = text.indexOf(':');
            if (at < 0 || !text.startsWith("//", at + 1)) return null;
            int end = at + 3;
            while (end < text.length() && "/\\\\?#".indexOf(text.charAt(end)) < 0) end++;
            return text.substring(at + 3, end);
        }
        public String toString() { return text; }
    }""",
    "android.content.ContentUris": """{
        public static long parseId(android.net.Uri uri) {
            return Long.parseLong(uri.toString().substring(uri.toString().lastIndexOf('/') + 1));
        }
        public static android.net.Uri withAppendedId(android.net.Uri uri, long id) { return new android.net.Uri(uri + "/" + id); }
    }""",
    "android.content.ClipData": """{
        public static ClipData newRawUri(CharSequence label, android.net.Uri uri) { return new ClipData(); }
    }""",
    "android.content.Intent": """implements android.os.Parcelable {
        public String action, rest = "";
        public android.net.Uri data;
        public Intent(String action) { this.action = action; }
        public Intent(String action, android.net.Uri data) { this.action = action; this.data = data; }
        public android.net.Uri getData() { return data; }
        public Intent addCategory(String category) { return this; }
        public Intent setType(String type) { rest += " " + type; return this; }
        public Intent addFlags(int flags) { rest += " flags" + flags; return this; }
        public void setClipData(ClipData data) { rest += " clip"; }
        public Intent putExtra(String name, android.os.Parcelable value) { rest += " " + name; return this; }
        public Intent putExtra(String name, android.os.Parcelable[] value) {
            rest += " and " + ((Intent) value[0]).action + ((Intent) value[0]).rest;
            return this;
        }
        public static Intent createChooser(Intent of, CharSequence title) { return new Intent("choose " + of.action + of.rest + " " + title); }
    }""",
    "android.content.ActivityNotFoundException": "extends RuntimeException {}",
    "android.content.Context": """{
        public void startActivity(Intent intent) {
            if (!phone.Phone.hasDialler) throw new ActivityNotFoundException();
            phone.Phone.said.add(intent.action + " " + intent.data);
        }
        public java.io.File getCacheDir() { return phone.Phone.cache; }
    }""",
    "android.content.ContentProvider": """{
        public android.content.Context getContext() { return new Context(); }
    }""",
    "android.app.Activity": """extends android.content.Context {
        protected void onCreate(android.os.Bundle state) {}
        protected void onSaveInstanceState(android.os.Bundle state) {}
        protected void onDestroy() {}
        public boolean isFinishing() { return true; }
        public void setContentView(android.view.View view) { phone.Phone.said.add("shows " + view.getClass().getSimpleName()); }
        public void onBackPressed() { phone.Phone.said.add("leaves"); }
        public int checkSelfPermission(String name) { return phone.Phone.hasCamera ? 0 : -1; }
        public void requestPermissions(String[] names, int code) { phone.Phone.said.add("asks for " + names[0]); }
        public void startActivityForResult(android.content.Intent intent, int code) { phone.Phone.said.add(intent.action + intent.rest); }
    }""",
    "android.webkit.WebSettings": """{
        public void setJavaScriptEnabled(boolean on) { phone.Phone.said.add("scripts " + on); }
        public void setDomStorageEnabled(boolean on) { phone.Phone.said.add("storage " + on); }
        public void setAllowFileAccess(boolean on) { phone.Phone.said.add("files " + on); }
    }""",
    "android.webkit.WebChromeClient": "{ public static class FileChooserParams {} }",
    "android.webkit.WebViewClient": "{}",
    "android.webkit.WebView": """extends android.view.View {
        public WebView(android.content.Context context) {}
        public android.content.Context getContext() { return new android.content.Context(); }
        public WebSettings getSettings() { return new WebSettings(); }
        public void setWebViewClient(WebViewClient client) {}
        public void setWebChromeClient(WebChromeClient client) {}
        public WebBackForwardList restoreState(android.os.Bundle state) { return new WebBackForwardList(); }
        public WebBackForwardList saveState(android.os.Bundle state) { phone.Phone.said.add("saves"); return null; }
        public void loadUrl(String url) { phone.Phone.said.add("loads " + url); }
        public void stopLoading() { phone.Phone.said.add("stops"); }
        public void clearHistory() { phone.Phone.said.add("forgets"); }
        public boolean canGoBack() { return phone.Phone.hasHistory; }
        public void goBack() { phone.Phone.said.add("goes back"); }
    }""",
}
INTERFACES = {
    "android.os.Parcelable": "{}",
    "android.database.Cursor": "{}",
    "android.webkit.ValueCallback": "{ void onReceiveValue(Object value); }",
}
# Each line of the input is a command; what the phone noticed is printed, one line for each.
WALK = r"""package com.lnszgjj.app;
import android.content.Intent;
import android.net.Uri;
import android.webkit.WebView;
import phone.Phone;
public class Walk {
    static Main main;
    static void page(Object value) {
        Uri[] found = (Uri[]) value;
        Phone.said.add("page gets " + (found == null ? "nothing" : found[0].toString().replaceAll("/[0-9]{10,}$", "/ID")));
    }
    public static void main(String[] lines) throws Exception {
        Phone.cache = new java.io.File(lines[0]);
        Doorman door = new Doorman();
        WebView view = new WebView(null);
        for (int i = 1; i < lines.length; i++) {
            String[] said = lines[i].split(" ", 2);
            String rest = said.length > 1 ? said[1] : "";
            Phone.said.clear();
            switch (said[0]) {
                case "old": android.os.Build.VERSION.SDK_INT = 21; break;
                case "camera": Phone.hasCamera = Boolean.parseBoolean(rest); break;
                case "dialler": Phone.hasDialler = Boolean.parseBoolean(rest); break;
                case "history": Phone.hasHistory = Boolean.parseBoolean(rest); break;
                case "open": Phone.said.add(door.shouldOverrideUrlLoading(view, rest) ? "not here" : "here"); break;
                case "started": door.onPageStarted(view, rest, null); break;
                case "finished": door.onPageFinished(view, rest); break;
                case "failed": door.onReceivedError(view, -2, "", rest); break;
                case "start": main = new Main(); main.onCreate(rest.isEmpty() ? null : new android.os.Bundle()); break;
                case "back": main.onBackPressed(); break;
                case "leave": main.onSaveInstanceState(new android.os.Bundle()); break;
                case "choose": new Chooser(main).onShowFileChooser(view, Walk::page, null); break;
                case "answered": main.onRequestPermissionsResult(1, new String[0], new int[0]); break;
                case "took": main.onActivityResult(1, -1, rest.equals("null") ? null : new Intent("", rest.isEmpty() ? null : Uri.parse(rest))); break;
                case "cancelled": main.onActivityResult(1, 0, null); break;
                case "write":
                    try { new Photos().openFile(Uri.parse(rest), "w"); } catch (NumberFormatException e) { Phone.said.add("refused"); }
                    break;
                default: throw new IllegalArgumentException(lines[i]);
            }
            System.out.println(String.join("; ", Phone.said));
        }
    }
}
"""


class Phone:
    """Stand-ins and the translated package, ready to run."""

    def __init__(self, package: Path, folder: Path) -> None:
        self._folder, self._jar, self._classes = folder, folder / "app.jar", folder / "classes"
        environ = {"PATH": "/usr/bin:/bin"}  # enjarify looks for Debian's own python3
        subprocess.run(
            ["enjarify", "--force", "--output", str(self._jar), str(package)],
            env=environ,
            check=True,
            capture_output=True,
        )
        sources = [self._write(name, "class", rest) for name, rest in STAND_INS.items()]
        sources += [self._write(name, "interface", rest) for name, rest in INTERFACES.items()]
        walk = folder / "Walk.java"
        walk.write_text(WALK, "utf-8")
        self._run(
            "javac",
            "-nowarn",
            "-encoding",
            "utf-8",
            "-cp",
            str(self._jar),
            "-d",
            str(self._classes),
            *sources,
            str(walk),
        )
        (folder / "cache").mkdir()

    @property
    def cache(self) -> Path:
        """The app's own folder for what may go."""
        return self._folder / "cache"

    def does(self, *commands: str) -> list[str]:
        """What is noticed at each of the commands, in one run of the app."""
        where = f"{self._classes}:{self._jar}"
        out = self._run("java", "-Xverify:all", "-Dfile.encoding=utf-8", "-Dstdout.encoding=utf-8", "-cp", where,
                        "com.lnszgjj.app.Walk", str(self.cache), *commands)  # fmt: skip
        return out.splitlines()

    def _write(self, name: str, kind: str, rest: str) -> str:
        package, _, simple = name.rpartition(".")
        path = self._folder / "sources" / Path(*name.split(".")).with_suffix(".java")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"package {package};\npublic {kind} {simple} {rest}\n", "utf-8")
        return str(path)

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
