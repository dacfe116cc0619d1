# The app: one window that shows the service full screen, and opens camera or album when a page asks for a photo.
.class public final Lcom/lnszgjj/app/Main;
.super Landroid/app/Activity;

.field private web:Landroid/webkit/WebView;
# Where the page waits for its photo; null when it does not.
.field private waiting:Landroid/webkit/ValueCallback;
# Where the camera was told to write.
.field private shot:Landroid/net/Uri;

.method public constructor <init>()V
    .locals 0
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method

# The page that was open before Android threw the app away, or the first one.
.method protected onCreate(Landroid/os/Bundle;)V
    .locals 3
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    new-instance v0, Landroid/webkit/WebView;
    invoke-direct {v0, p0}, Landroid/webkit/WebView;-><init>(Landroid/content/Context;)V
    iput-object v0, p0, Lcom/lnszgjj/app/Main;->web:Landroid/webkit/WebView;
    invoke-virtual {v0}, Landroid/webkit/WebView;->getSettings()Landroid/webkit/WebSettings;
    move-result-object v1
    const/4 v2, 0x1
    invoke-virtual {v1, v2}, Landroid/webkit/WebSettings;->setJavaScriptEnabled(Z)V
    invoke-virtual {v1, v2}, Landroid/webkit/WebSettings;->setDomStorageEnabled(Z)V
    # No page may look into the phone's files.
    const/4 v2, 0x0
    invoke-virtual {v1, v2}, Landroid/webkit/WebSettings;->setAllowFileAccess(Z)V
    new-instance v1, Lcom/lnszgjj/app/Doorman;
    invoke-direct {v1}, Lcom/lnszgjj/app/Doorman;-><init>()V
    invoke-virtual {v0, v1}, Landroid/webkit/WebView;->setWebViewClient(Landroid/webkit/WebViewClient;)V
    new-instance v1, Lcom/lnszgjj/app/Chooser;
    invoke-direct {v1, p0}, Lcom/lnszgjj/app/Chooser;-><init>(Lcom/lnszgjj/app/Main;)V
    invoke-virtual {v0, v1}, Landroid/webkit/WebView;->setWebChromeClient(Landroid/webkit/WebChromeClient;)V
    invoke-virtual {p0, v0}, Lcom/lnszgjj/app/Main;->setContentView(Landroid/view/View;)V
    if-eqz p1, :first
    invoke-virtual {v0, p1}, Landroid/webkit/WebView;->restoreState(Landroid/os/Bundle;)Landroid/webkit/WebBackForwardList;
    move-result-object v1
    if-nez v1, :shown
    :first
    invoke-static {p0}, Lcom/lnszgjj/app/Photos;->clear(Landroid/content/Context;)V
    sget-object v1, Lcom/lnszgjj/app/Addresses;->START:Ljava/lang/String;
    invoke-virtual {v0, v1}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V
    :shown
    return-void
.end method

.method protected onSaveInstanceState(Landroid/os/Bundle;)V
    .locals 1
    invoke-super {p0, p1}, Landroid/app/Activity;->onSaveInstanceState(Landroid/os/Bundle;)V
    iget-object v0, p0, Lcom/lnszgjj/app/Main;->web:Landroid/webkit/WebView;
    invoke-virtual {v0, p1}, Landroid/webkit/WebView;->saveState(Landroid/os/Bundle;)Landroid/webkit/WebBackForwardList;
    return-void
.end method

# Closed for good: no photo stays behind.
.method protected onDestroy()V
    .locals 1
    invoke-virtual {p0}, Lcom/lnszgjj/app/Main;->isFinishing()Z
    move-result v0
    if-eqz v0, :later
    invoke-static {p0}, Lcom/lnszgjj/app/Photos;->clear(Landroid/content/Context;)V
    :later
    invoke-super {p0}, Landroid/app/Activity;->onDestroy()V
    return-void
.end method

# Back goes through the pages, and from the first one out of the app.
.method public onBackPressed()V
    .locals 2
    iget-object v0, p0, Lcom/lnszgjj/app/Main;->web:Landroid/webkit/WebView;
    invoke-virtual {v0}, Landroid/webkit/WebView;->canGoBack()Z
    move-result v1
    if-eqz v1, :out
    invoke-virtual {v0}, Landroid/webkit/WebView;->goBack()V
    return-void
    :out
    invoke-super {p0}, Landroid/app/Activity;->onBackPressed()V
    return-void
.end method

# boolean mayUseCamera(): before Android 6.0 (23) installing was allowing.
.method private mayUseCamera()Z
    .locals 2
    sget v0, Landroid/os/Build$VERSION;->SDK_INT:I
    const/16 v1, 0x17
    if-lt v0, v1, :yes
    const-string v0, "android.permission.CAMERA"
    invoke-virtual {p0, v0}, Lcom/lnszgjj/app/Main;->checkSelfPermission(Ljava/lang/String;)I
    move-result v0
    if-eqz v0, :yes
    const/4 v0, 0x0
    return v0
    :yes
    const/4 v0, 0x1
    return v0
.end method

# void choose(ValueCallback page): a page wants a photo. The camera is asked for now, when it is clear what for.
.method choose(Landroid/webkit/ValueCallback;)V
    .locals 4
    const/4 v0, 0x0
    invoke-direct {p0, v0}, Lcom/lnszgjj/app/Main;->answer(Landroid/net/Uri;)V
    iput-object p1, p0, Lcom/lnszgjj/app/Main;->waiting:Landroid/webkit/ValueCallback;
    invoke-direct {p0}, Lcom/lnszgjj/app/Main;->mayUseCamera()Z
    move-result v0
    if-eqz v0, :ask
    invoke-direct {p0}, Lcom/lnszgjj/app/Main;->open()V
    return-void
    :ask
    const/4 v0, 0x1
    new-array v1, v0, [Ljava/lang/String;
    const/4 v2, 0x0
    const-string v3, "android.permission.CAMERA"
    aput-object v3, v1, v2
    invoke-virtual {p0, v1, v0}, Lcom/lnszgjj/app/Main;->requestPermissions([Ljava/lang/String;I)V
    return-void
.end method

# Whatever the answer, the album is still there.
.method public onRequestPermissionsResult(I[Ljava/lang/String;[I)V
    .locals 0
    invoke-direct {p0}, Lcom/lnszgjj/app/Main;->open()V
    return-void
.end method

# void open(): the phone's own sheet with albums, and with the camera where it may be used.
.method private open()V
    .locals 6
    new-instance v0, Landroid/content/Intent;
    const-string v1, "android.intent.action.GET_CONTENT"
    invoke-direct {v0, v1}, Landroid/content/Intent;-><init>(Ljava/lang/String;)V
    const-string v1, "android.intent.category.OPENABLE"
    invoke-virtual {v0, v1}, Landroid/content/Intent;->addCategory(Ljava/lang/String;)Landroid/content/Intent;
    const-string v1, "image/*"
    invoke-virtual {v0, v1}, Landroid/content/Intent;->setType(Ljava/lang/String;)Landroid/content/Intent;
    const-string v1, "选择照片"
    invoke-static {v0, v1}, Landroid/content/Intent;->createChooser(Landroid/content/Intent;Ljava/lang/CharSequence;)Landroid/content/Intent;
    move-result-object v0
    const/4 v1, 0x0
    iput-object v1, p0, Lcom/lnszgjj/app/Main;->shot:Landroid/net/Uri;
    invoke-direct {p0}, Lcom/lnszgjj/app/Main;->mayUseCamera()Z
    move-result v1
    if-eqz v1, :show
    invoke-static {}, Lcom/lnszgjj/app/Photos;->fresh()Landroid/net/Uri;
    move-result-object v1
    iput-object v1, p0, Lcom/lnszgjj/app/Main;->shot:Landroid/net/Uri;
    new-instance v2, Landroid/content/Intent;
    const-string v3, "android.media.action.IMAGE_CAPTURE"
    invoke-direct {v2, v3}, Landroid/content/Intent;-><init>(Ljava/lang/String;)V
    const-string v3, "output"
    invoke-virtual {v2, v3, v1}, Landroid/content/Intent;->putExtra(Ljava/lang/String;Landroid/os/Parcelable;)Landroid/content/Intent;
    # The camera may read (1) and write (2) this one address.
    const/4 v3, 0x3
    invoke-virtual {v2, v3}, Landroid/content/Intent;->addFlags(I)Landroid/content/Intent;
    const-string v3, ""
    invoke-static {v3, v1}, Landroid/content/ClipData;->newRawUri(Ljava/lang/CharSequence;Landroid/net/Uri;)Landroid/content/ClipData;
    move-result-object v3
    invoke-virtual {v2, v3}, Landroid/content/Intent;->setClipData(Landroid/content/ClipData;)V
    const/4 v3, 0x1
    new-array v4, v3, [Landroid/content/Intent;
    const/4 v5, 0x0
    aput-object v2, v4, v5
    const-string v1, "android.intent.extra.INITIAL_INTENTS"
    invoke-virtual {v0, v1, v4}, Landroid/content/Intent;->putExtra(Ljava/lang/String;[Landroid/os/Parcelable;)Landroid/content/Intent;
    :show
    const/4 v3, 0x1
    :try_start
    invoke-virtual {p0, v0, v3}, Lcom/lnszgjj/app/Main;->startActivityForResult(Landroid/content/Intent;I)V
    :try_end
    .catch Landroid/content/ActivityNotFoundException; {:try_start .. :try_end} :nobody
    return-void
    :nobody
    move-exception v0
    const/4 v0, 0x0
    invoke-direct {p0, v0}, Lcom/lnszgjj/app/Main;->answer(Landroid/net/Uri;)V
    return-void
.end method

# What was chosen: an address in the answer is from an album, none means that the camera wrote where it was told. An album
# may name content of others only, never a file of this app: it is some app of the phone, not one of ours.
.method protected onActivityResult(IILandroid/content/Intent;)V
    .locals 3
    const/4 v0, 0x0
    const/4 v1, -0x1
    if-ne p2, v1, :tell
    iget-object v0, p0, Lcom/lnszgjj/app/Main;->shot:Landroid/net/Uri;
    if-eqz p3, :tell
    invoke-virtual {p3}, Landroid/content/Intent;->getData()Landroid/net/Uri;
    move-result-object v1
    if-eqz v1, :tell
    const/4 v0, 0x0
    invoke-virtual {v1}, Landroid/net/Uri;->getScheme()Ljava/lang/String;
    move-result-object v2
    const-string p3, "content"
    invoke-virtual {p3, v2}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v2
    if-eqz v2, :tell
    move-object v0, v1
    :tell
    invoke-direct {p0, v0}, Lcom/lnszgjj/app/Main;->answer(Landroid/net/Uri;)V
    return-void
.end method

# void answer(Uri photo): the page gets its photo, or null for none; nothing happens if no page waits.
.method private answer(Landroid/net/Uri;)V
    .locals 4
    iget-object v0, p0, Lcom/lnszgjj/app/Main;->waiting:Landroid/webkit/ValueCallback;
    if-eqz v0, :end
    const/4 v1, 0x0
    iput-object v1, p0, Lcom/lnszgjj/app/Main;->waiting:Landroid/webkit/ValueCallback;
    if-eqz p1, :tell
    const/4 v2, 0x1
    new-array v1, v2, [Landroid/net/Uri;
    const/4 v2, 0x0
    aput-object p1, v1, v2
    :tell
    invoke-interface {v0, v1}, Landroid/webkit/ValueCallback;->onReceiveValue(Ljava/lang/Object;)V
    :end
    return-void
.end method
