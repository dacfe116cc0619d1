# A page asks for a photo: Main opens the camera or the album.
.class final Lcom/lnszgjj/app/Chooser;
.super Landroid/webkit/WebChromeClient;

.field private final main:Lcom/lnszgjj/app/Main;

.method constructor <init>(Lcom/lnszgjj/app/Main;)V
    .locals 0
    invoke-direct {p0}, Landroid/webkit/WebChromeClient;-><init>()V
    iput-object p1, p0, Lcom/lnszgjj/app/Chooser;->main:Lcom/lnszgjj/app/Main;
    return-void
.end method

.method public onShowFileChooser(Landroid/webkit/WebView;Landroid/webkit/ValueCallback;Landroid/webkit/WebChromeClient$FileChooserParams;)Z
    .locals 1
    iget-object v0, p0, Lcom/lnszgjj/app/Chooser;->main:Lcom/lnszgjj/app/Main;
    invoke-virtual {v0, p2}, Lcom/lnszgjj/app/Main;->choose(Landroid/webkit/ValueCallback;)V
    const/4 v0, 0x1
    return v0
.end method
